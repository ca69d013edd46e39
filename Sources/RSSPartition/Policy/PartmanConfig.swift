import PostgresClient
import RSSCore

/// The configuration of pg_partman for a table that it maintains.
struct PartmanConfig: Sendable, Equatable {
    /// The quoted name of its table of settings.
    let table: String
    /// Partitions made ahead.
    let premake: Int?
    /// How long partitions are kept; nil for indefinitely, or for a span that rssctl cannot express.
    let retention: PartitionRetention?
    /// The retention as pg_partman writes it.
    let retentionText: String?
    /// Whether it only detaches old tables, and does not drop them.
    let keepsTables: Bool
    /// What an integer key counts, as pg_partman writes it; nil for a key that is not an epoch.
    let epochText: String?
    /// Whether its automatic maintenance includes the table.
    let isAutomatic: Bool

    /// Reads it; nil where pg_partman does not maintain the table, or its settings cannot be read.
    init?(of table: RelationName, _ connection: PostgresConnection) async throws {
        let found = try await connection.query(SQLResource(PackageResources.adopt_partman_config_sql).text)
        guard let config = try found.first?.decode(String.self, at: 0) else { return nil }
        let sql = SQLResource(PackageResources.adopt_partman_sql).text.replacing("{part_config}", with: config)
        let plain = "\(table.schema ?? "public").\(table.name)"
        guard let row = try await connection.query(sql, [plain, table.quoted]).first else { return nil }
        self.table = config
        premake = try row.decode(Int?.self, "premake")
        retentionText = try row.decode(String?.self, "retention")
        keepsTables = try row.decode(Bool.self, "keeps")
        isAutomatic = try row.decode(Bool.self, "automatic")
        epochText = try row.decode(String?.self, "epoch")
        if let months = try row.decode(Int?.self, "months") {
            retention = months % 12 == 0 ? PartitionRetention(months / 12, .year) : PartitionRetention(months, .month)
        } else if let days = try row.decode(Int?.self, "days") {
            retention = PartitionRetention(days, .day)
        } else {
            retention = retentionText.flatMap(PartitionRetention.init)
        }
    }
}
