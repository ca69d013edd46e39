import Foundation
import PostgresClient

/// How the schema of a database differs from what the last migration left.
public struct SchemaDrift: Sendable, Equatable {
    /// The migration that was applied last.
    public let version: MigrationVersion
    /// When the fingerprint was taken that is compared with.
    public let takenAt: Date
    /// How many objects were compared.
    public let objects: Int
    /// What differs.
    public let difference: SchemaDifference

    /// Reads the schema and compares it with the fingerprint kept for the migration that was applied last.
    ///
    /// - Throws: ``StructureError/noFingerprint(version:)``,
    ///   ``StructureError/fingerprintIncomparable(version:reason:)``,
    ///   ``StructureError/fingerprintUnreadable(version:reason:)``, `PostgresError`, `CancellationError`. These mean
    ///   that nothing is known, never that there is no drift.
    public static func find(_ connection: PostgresConnection) async throws -> SchemaDrift {
        let newest = try await MigrationLedger.last(connection)
        guard let newest, let kept = try await SchemaFingerprint.stored(connection, version: newest) else {
            throw StructureError.noFingerprint(version: newest)
        }
        let actual = try await SchemaFingerprint.read(connection)
        guard kept.fingerprint.isComparable(to: actual) else {
            throw StructureError.fingerprintIncomparable(version: newest, reason: reason(kept.fingerprint, actual))
        }
        return SchemaDrift(
            version: newest, takenAt: kept.takenAt,
            objects: Set(kept.fingerprint.objects.map(\.name) + actual.objects.map(\.name)).count,
            difference: SchemaDifference(expected: kept.fingerprint, actual: actual))
    }

    private static func reason(_ kept: SchemaFingerprint, _ actual: SchemaFingerprint) -> String {
        kept.format == actual.format
            ? "it was taken on PostgreSQL \(kept.serverMajor), and the server is PostgreSQL \(actual.serverMajor)"
            : "another version of rssctl wrote it, in format \(kept.format); this one reads format \(actual.format)"
    }
}

extension SchemaDrift {
    /// Takes the schema as it is for what the last migration left, and records why.
    ///
    /// - Returns: the version.
    /// - Throws: ``StructureError/noFingerprint(version:)`` where no migration was applied, `PostgresError`.
    @discardableResult
    public static func accept(
        _ connection: PostgresConnection, runID: String, reason: String
    ) async throws -> MigrationVersion {
        guard let last = try await MigrationLedger.last(connection) else {
            throw StructureError.noFingerprint(version: nil)
        }
        try await BookkeepingSchema.prepare(connection)
        let actual = try await SchemaFingerprint.read(connection)
        try await connection.transaction {
            try await actual.store(connection, version: last)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "migrate.accept-drift", object: "version \(last)", detail: reason)
        }
        return last
    }
}

extension PostgresConnection {
    /// Does work of rssctl's own that changes the schema, which is not drift. While it is done, and where it is
    /// interrupted, nothing is kept to compare with; afterwards the schema as it is then is kept. A drift that was there
    /// before stays to be seen, and what the work changed is seen with it.
    ///
    /// - Throws: what the work throws, `PostgresError`.
    nonisolated(nonsending) func changingSchema<T>(_ work: () async throws -> T) async throws -> T {
        guard let last = try await MigrationLedger.last(self), try await keepsFingerprints() else {
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
