import PostgresClient
import RSSCore

/// The policies in a database, in the schema `rssctl`, so that every machine that maintains it uses the same.
package struct PolicyStore: Sendable {
    let connection: PostgresConnection

    /// Makes a store of a session.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// The policy of each table, by table: one that cannot be read does not prevent others from being read.
    ///
    /// - Throws: `PostgresError`.
    package func kept() async throws -> [KeptPolicy] {
        guard try await BookkeepingSchema.exists("rssctl.partition_policy", connection) else { return [] }
        // Tables of an earlier format have no column for the epoch.
        return try await connection.query(
            """
            SELECT schema_name, table_name, key_column, partition_interval, time_zone, premake, retention,
                   quarantine_days, archive, tablespace_name, storage_parameters, to_jsonb(p) ->> 'epoch' AS epoch
            FROM rssctl.partition_policy p ORDER BY schema_name, table_name
            """
        ).map { row in
            let table = RelationName(
                schema: try row.decode(String.self, "schema_name"), name: try row.decode(String.self, "table_name"))
            do throws(PartitionError) {
                return KeptPolicy(table: table, reading: .success(try Self.policy(of: table, row)))
            } catch {
                return KeptPolicy(table: table, reading: .failure(error))
            }
        }
    }

    /// The stored policies, by table.
    ///
    /// - Throws: `PostgresError`; ``PartitionError`` for one that cannot be read.
    package func policies() async throws -> [PartitionPolicy] { try await kept().map { try $0.reading.get() } }

    /// The policy of a table; nil for none.
    ///
    /// - Throws: `PostgresError`; ``PartitionError`` when this one cannot be read.
    package func policy(of table: RelationName) async throws -> PartitionPolicy? {
        try await kept().first { $0.table == table }?.reading.get()
    }

    /// Stores policies in place of their tables' former ones, and removes others: all of it or nothing.
    ///
    /// - Throws: `PostgresError`.
    package func change(
        keeping policies: [PartitionPolicy], forgetting tables: [RelationName] = [], runID: String
    ) async throws {
        try await BookkeepingSchema.prepare(connection)
        try await connection.transaction {
            for (statement, policy) in policies.map({ (PolicyStatement(keeping: $0), $0) }) {
                try await connection.execute(statement.sql, statement.parameters)
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "partition.policy", object: policy.table.quoted,
                    detail: "every \(policy.interval), \(policy.premake) ahead")
            }
            for (statement, table) in tables.map({ (PolicyStatement(forgetting: $0), $0) }) {
                try await connection.execute(statement.sql, statement.parameters)
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "partition.policy", object: table.quoted, detail: "removed")
            }
        }
    }

    /// Stores a policy in place of the table's former one.
    ///
    /// - Throws: `PostgresError`.
    package func set(_ policy: PartitionPolicy, runID: String) async throws {
        try await change(keeping: [policy], runID: runID)
    }

    /// Writes a policy in place of the table's former one, in the transaction that is open.
    func write(_ policy: PartitionPolicy) async throws {
        let statement = PolicyStatement(keeping: policy)
        try await connection.execute(statement.sql, statement.parameters)
    }

    /// Deletes the policy of a table, in the transaction that is open.
    func erase(_ table: RelationName) async throws {
        let statement = PolicyStatement(forgetting: table)
        try await connection.execute(statement.sql, statement.parameters)
    }

    /// Removes the policy of a table; its partitions stay as they are.
    ///
    /// - Returns: whether there was one.
    package func remove(_ table: RelationName, runID: String) async throws -> Bool {
        guard try await kept().contains(where: { $0.table == table }) else { return false }
        try await change(keeping: [], forgetting: [table], runID: runID)
        return true
    }

    private static func policy(of table: RelationName, _ row: Row) throws(PartitionError) -> PartitionPolicy {
        do {
            let interval = try row.decode(String.self, "partition_interval")
            let retention = try row.decode(String?.self, "retention")
            let epoch = try row.decode(String?.self, "epoch")
            guard let parsed = PartitionInterval(interval),
                retention == nil || PartitionRetention(retention ?? "") != nil,
                epoch == nil || EpochUnit(rawValue: epoch ?? "") != nil
            else {
                throw PartitionError.unreadablePolicy(
                    table.quoted, text: [interval, retention, epoch].compactMap { $0 }.joined(separator: ", "))
            }
            let policy = PartitionPolicy(
                table: table, column: try row.decode(String.self, "key_column"), interval: parsed,
                timeZone: try row.decode(String.self, "time_zone"), premake: try row.decode(Int.self, "premake"),
                retention: retention.flatMap(PartitionRetention.init),
                quarantineDays: try row.decode(Int.self, "quarantine_days"),
                archive: try row.decode(String?.self, "archive"),
                tablespace: try row.decode(String?.self, "tablespace_name"),
                storageParameters: try row.decode([String].self, "storage_parameters"),
                epoch: epoch.flatMap(EpochUnit.init(rawValue:)))
            if let flaw = policy.flaw { throw PartitionError.unreadablePolicy(table.quoted, text: flaw) }
            return policy
        } catch let error as PartitionError {
            throw error
        } catch {
            throw .unreadablePolicy(table.quoted, text: "\(error)")
        }
    }
}
