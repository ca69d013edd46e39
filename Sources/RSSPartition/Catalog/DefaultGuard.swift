import PostgresClient
import RSSCore
import RSSModel

/// A CHECK constraint on a default partition that says what it does not hold, so that ATTACH of another partition need
/// not read it while all sessions wait. Validated in advance under a lock that blocks no reader or writer; dropped with ATTACH,
/// when the partition's own bound says the same.
struct DefaultGuard: Sendable {
    static let constraint = "rssctl_guard"

    private let connection: PostgresConnection
    private let partition: RelationName
    private let name: String
    private let condition: String

    /// A default partition of this size is read quickly: a constraint for it would only refuse rows meanwhile.
    private static let readable: Int64 = 8 << 20

    /// A guard for bounds that the default partition is free of; nil where there is none, or one that is read quickly.
    init?(
        _ table: PartitionedTable, bounds: [Partition.Bound], readable readableBytes: Int64 = Self.readable,
        _ connection: PostgresConnection
    ) async throws {
        guard let partition = table.defaultPartition else { return nil }
        name = try await connection.quote(partition.relation)
        if partition.isPartitioned || partition.isForeign {
            guard try await connection.query("SELECT FROM \(name) LIMIT 1").isEmpty == false else { return nil }
        } else {
            let size = try await connection.query("SELECT pg_relation_size($1::bigint::oid)", [partition.oid]).first?
                .decode(Int64?.self, at: 0)
            guard size ?? 0 > readableBytes else { return nil }
        }
        let column = try await connection.quoteIdentifier(table.key.column)
        condition = bounds.map { "NOT (\(table.key.condition($0, column: column)))" }.joined(separator: " AND ")
        self.connection = connection
        self.partition = partition.relation
    }

    /// Adds the constraint and validates it. Where that fails, it is dropped again: it would refuse rows that no other
    /// partition holds.
    ///
    /// - Throws: `PostgresError` with `checkViolation` when rows came in between.
    func raise(_ lockPolicy: LockPolicy, _ progress: ProgressReporter) async throws {
        try await lockPolicy.run(
            on: connection, locks: [RelationLock(partition, .accessExclusive)], progress: progress
        ) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                try await Self.drop(from: partition, connection)
                try await connection.execute(
                    "ALTER TABLE \(name) ADD CONSTRAINT \(Self.constraint) CHECK (\(condition)) NOT VALID")
            }
        }
        do {
            try await FaultPoint.reach("guard.raised")
            try await lockPolicy.run(on: connection, progress: progress) {
                try await lockPolicy.bound(connection, transactionOnly: false)
                try await connection.execute(
                    "ALTER TABLE \(name) VALIDATE CONSTRAINT \(Self.constraint)", timeout: LongStatement.reading)
            }
            try await FaultPoint.reach("guard.validated")
        } catch {
            await lower(LockPolicy(timeout: lockPolicy.timeout, budget: .seconds(1)), progress)
            throw error
        }
    }

    /// Drops the constraint in a transaction of its own, also in a cancelled task.
    func lower(_ lockPolicy: LockPolicy, _ progress: ProgressReporter) async {
        let (connection, partition) = (connection, partition)
        let statement = "ALTER TABLE \(partition.quoted) DROP CONSTRAINT \(Self.constraint)"
        await Task {
            do {
                try await lockPolicy.run(
                    on: connection, locks: [RelationLock(partition, .accessExclusive)], progress: .silent
                ) {
                    try await connection.transaction {
                        try await lockPolicy.bound(connection)
                        try await Self.drop(from: partition, connection)
                    }
                }
            } catch {
                progress(
                    .warning(
                        "the default partition still refuses rows by a constraint; the next run drops it, or \(statement)"
                    ))
            }
        }.value
    }

    /// Drops the constraint of a default partition, also one that an earlier run left, in the transaction that is open.
    static func drop(from partition: RelationName?, _ connection: PostgresConnection) async throws {
        guard let partition else { return }
        try await connection.execute(try await dropping(from: partition, connection))
    }

    /// The statement that drops it.
    static func dropping(from partition: RelationName, _ connection: PostgresConnection) async throws -> String {
        "ALTER TABLE \(try await connection.quote(partition)) DROP CONSTRAINT IF EXISTS \(constraint)"
    }

    /// Keeps writers out of a table with a default partition, in the open transaction, until a partition is attached: one that
    /// has chosen the default partition for its row before, and waits there, would be refused once the row belongs elsewhere.
    /// Readers are not blocked, except those of the default partition.
    static func keepWritersOut(of table: PartitionedTable, _ connection: PostgresConnection) async throws {
        guard let partition = table.defaultPartition else { return }
        try await connection.execute(
            "LOCK TABLE \(try await connection.quote(table.relation)) IN SHARE ROW EXCLUSIVE MODE")
        // LOCK TABLE takes no foreign table.
        if partition.isForeign { return }
        try await connection.execute(
            "LOCK TABLE \(try await connection.quote(partition.relation)) IN ACCESS EXCLUSIVE MODE")
    }
}
