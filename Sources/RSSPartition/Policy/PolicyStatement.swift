import PostgresClient
import RSSCore

/// A statement that changes the stored policies: run with parameters, and shown with the values in their places.
struct PolicyStatement: Sendable {
    let sql: String
    let parameters: [any PostgresEncodable]
    private let literals: [String]

    /// Stores a policy in place of the table's former one.
    init(keeping policy: PartitionPolicy) {
        sql = """
            INSERT INTO rssctl.partition_policy (schema_name, table_name, key_column, partition_interval, time_zone,
                premake, retention, quarantine_days, archive, tablespace_name, storage_parameters, epoch)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
            ON CONFLICT (schema_name, table_name) DO UPDATE SET key_column = excluded.key_column,
                partition_interval = excluded.partition_interval, time_zone = excluded.time_zone,
                premake = excluded.premake, retention = excluded.retention,
                quarantine_days = excluded.quarantine_days, archive = excluded.archive,
                tablespace_name = excluded.tablespace_name, storage_parameters = excluded.storage_parameters,
                epoch = excluded.epoch,
                changed_at = clock_timestamp(), changed_by = session_user
            """
        let schema = policy.table.schema ?? "public"
        parameters = [
            schema, policy.table.name, policy.column, policy.interval.description, policy.timeZone, policy.premake,
            policy.retention?.description, policy.quarantineDays, policy.archive, policy.tablespace,
            policy.storageParameters, policy.epoch?.rawValue,
        ]
        literals = [
            Self.literal(schema), Self.literal(policy.table.name), Self.literal(policy.column),
            Self.literal(policy.interval.description), Self.literal(policy.timeZone), "\(policy.premake)",
            Self.literal(policy.retention?.description), "\(policy.quarantineDays)", Self.literal(policy.archive),
            Self.literal(policy.tablespace), Self.literal("{\(policy.storageParameters.joined(separator: ","))}"),
            Self.literal(policy.epoch?.rawValue),
        ]
    }

    /// Removes the policy of a table.
    init(forgetting table: RelationName) {
        sql = "DELETE FROM rssctl.partition_policy WHERE schema_name = $1 AND table_name = $2"
        parameters = [table.schema ?? "public", table.name]
        literals = parameters.map { Self.literal("\($0)") }
    }

    /// The statement with its values, as psql would run it.
    var shown: String {
        sql.replacing(/\$(\d+)/) { match in Int(match.1).map { literals[$0 - 1] } ?? "" }
            .split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " } }.joined(separator: " ")
    }

    private static func literal(_ text: String?) -> String {
        guard let text else { return "NULL" }
        let quoted = "'\(text.replacing("'", with: "''"))'"
        return text.contains("\\") ? "E\(quoted.replacing("\\", with: "\\\\"))" : quoted
    }
}
