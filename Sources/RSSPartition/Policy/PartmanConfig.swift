import PostgresClient
import RSSCore

/// What pg_partman has noted of a table that it keeps.
struct PartmanConfig: Sendable, Equatable {
    /// The quoted name of its table of settings.
    let table: String
    /// Partitions made ahead.
    let premake: Int?
    /// How long partitions are kept; nil for ever, or for a span that rssctl has no word for.
    let retention: PartitionRetention?
    /// The retention in pg_partman's words.
    let retentionText: String?
    /// Whether it only takes old tables out, and does not drop them.
    let keepsTables: Bool
    /// What an integer key counts, in pg_partman's word; nil for a key that is no epoch.
    let epochText: String?
    /// Whether its maintenance looks after the table by itself.
    let isAutomatic: Bool

    /// Reads it; nil where pg_partman does not keep the table, or its settings cannot be read.
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
