import PostgresClient

extension PostgresConnection {
    /// Does work of rssctl's own that changes the schema, which is not drift. While it is done, and where it is
    /// interrupted, nothing is kept to compare with; afterwards the schema as it is then is kept. A drift that existed
    /// before is still reported, and what the work changed is reported with it.
    ///
    /// - Throws: what the work throws, `PostgresError`.
    package nonisolated(nonsending) func changingSchema<T>(_ work: () async throws -> T) async throws -> T {
        guard let last = try await MigrationVersion.last(self), try await keepsFingerprints() else {
            return try await work()
        }
        if let kept = try await SchemaFingerprint.stored(self, version: last)?.fingerprint {
            guard try await kept.digest == SchemaFingerprint.read(self).digest else { return try await work() }
            try await SchemaFingerprint.forget(self, version: last)
        }
        let value = try await work()
        try await SchemaFingerprint.keep(self, version: last)
        return value
    }

    /// Whether the role may write fingerprints, in a session that may write at all.
    private func keepsFingerprints() async throws -> Bool {
        guard try await BookkeepingSchema.exists("rssctl.schema_fingerprint", self) else { return false }
        return try await query(
            """
            SELECT has_table_privilege('rssctl.schema_fingerprint', 'INSERT')
               AND has_table_privilege('rssctl.schema_fingerprint', 'UPDATE')
               AND has_table_privilege('rssctl.schema_fingerprint', 'DELETE')
               AND current_setting('transaction_read_only') = 'off'
            """
        ).first?.decode(Bool.self, at: 0) ?? false
    }
}
