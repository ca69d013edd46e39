import PostgresClient

/// The policies that a database keeps, in the schema `rssctl`, so that every machine that maintains it agrees.
public struct PolicyStore: Sendable {
    let connection: PostgresConnection

    /// Makes a store of a session.
    public init(_ connection: PostgresConnection) { self.connection = connection }

    /// The policies kept, by table.
    ///
    /// - Throws: `PostgresError`; ``PartitionError`` for one that cannot be read.
    public func policies() async throws -> [PartitionPolicy] {
        guard try await BookkeepingSchema.exists("rssctl.partition_policy", connection) else { return [] }
        return try await connection.query(
            """
            SELECT schema_name, table_name, key_column, partition_interval, time_zone, premake, retention,
                   quarantine_days, archive, tablespace_name, storage_parameters
            FROM rssctl.partition_policy ORDER BY schema_name, table_name
            """
        ).map(Self.policy)
    }

    /// The policy of a table; nil for none.
    public func policy(of table: RelationName) async throws -> PartitionPolicy? {
        try await policies().first { $0.table == table }
    }

    /// Keeps a policy in the place of the table's former one.
    ///
    /// - Throws: `PostgresError`.
    public func set(_ policy: PartitionPolicy, runID: String) async throws {
        try await BookkeepingSchema.prepare(connection)
        try await connection.transaction {
            try await connection.execute(
                """
                INSERT INTO rssctl.partition_policy (schema_name, table_name, key_column, partition_interval, time_zone,
                    premake, retention, quarantine_days, archive, tablespace_name, storage_parameters)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                ON CONFLICT (schema_name, table_name) DO UPDATE SET key_column = excluded.key_column,
                    partition_interval = excluded.partition_interval, time_zone = excluded.time_zone,
                    premake = excluded.premake, retention = excluded.retention,
                    quarantine_days = excluded.quarantine_days, archive = excluded.archive,
                    tablespace_name = excluded.tablespace_name, storage_parameters = excluded.storage_parameters,
                    changed_at = clock_timestamp(), changed_by = session_user
                """,
                [
                    policy.table.schema ?? "public", policy.table.name, policy.column, policy.interval.description,
                    policy.timeZone, policy.premake, policy.retention?.description, policy.quarantineDays,
                    policy.archive, policy.tablespace, policy.storageParameters,
                ])
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.policy", object: policy.table.quoted,
                detail: "every \(policy.interval), \(policy.premake) ahead")
        }
    }

    /// Forgets the policy of a table; its partitions stay as they are.
    ///
    /// - Returns: whether there was one.
    public func remove(_ table: RelationName, runID: String) async throws -> Bool {
        guard try await policy(of: table) != nil else { return false }
        try await connection.transaction {
            try await connection.execute(
                "DELETE FROM rssctl.partition_policy WHERE schema_name = $1 AND table_name = $2",
                [table.schema ?? "public", table.name])
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.policy", object: table.quoted, detail: "removed")
        }
        return true
    }

    private static func policy(_ row: Row) throws -> PartitionPolicy {
        let table = RelationName(
            schema: try row.decode(String.self, "schema_name"), name: try row.decode(String.self, "table_name"))
        let interval = try row.decode(String.self, "partition_interval")
        let retention = try row.decode(String?.self, "retention")
        guard let parsed = PartitionInterval(interval), retention == nil || PartitionRetention(retention ?? "") != nil
        else {
            throw PartitionError.unreadablePolicy(
                table.quoted, text: retention.map { "\(interval), \($0)" } ?? interval)
        }
        return PartitionPolicy(
            table: table, column: try row.decode(String.self, "key_column"), interval: parsed,
            timeZone: try row.decode(String.self, "time_zone"), premake: try row.decode(Int.self, "premake"),
            retention: retention.flatMap(PartitionRetention.init),
            quarantineDays: try row.decode(Int.self, "quarantine_days"),
            archive: try row.decode(String?.self, "archive"),
            tablespace: try row.decode(String?.self, "tablespace_name"),
            storageParameters: try row.decode([String].self, "storage_parameters"))
    }
}
