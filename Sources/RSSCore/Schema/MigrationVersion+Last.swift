import PostgresClient

extension MigrationVersion {
    /// The version that was applied last in the session's database; nil for none, and where there are no records.
    package static func last(_ connection: PostgresConnection) async throws -> MigrationVersion? {
        guard try await BookkeepingSchema.exists("rssctl.migration", connection) else { return nil }
        let order = try await BookkeepingSchema.found(connection) == nil ? "version" : "sequence"
        let key = try await connection.query(
            "SELECT version::text FROM rssctl.migration ORDER BY \(order) DESC LIMIT 1"
        ).first?.decode(String.self, at: 0)
        return key.flatMap { MigrationVersion(key: $0) }
    }
}
