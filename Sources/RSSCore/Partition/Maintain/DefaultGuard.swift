import PostgresClient
import RSSModel

/// A CHECK constraint on a default partition that says what it does not hold, so that ATTACH of another partition need
/// not read it while everybody waits. Validated beforehand under a lock that nobody notices; dropped with the attaching,
/// when the partition's own bound says the same.
struct DefaultGuard {
    static let constraint = "rssctl_guard"

    private let connection: PostgresConnection
    private let partition: RelationName
    private let name: String
    private let condition: String

    /// A guard for bounds that the default partition is free of; nil where there is none, or none with rows.
    init?(_ table: PartitionedTable, bounds: [Partition.Bound], _ connection: PostgresConnection) async throws {
        guard let partition = table.defaultPartition else { return nil }
        name = try await connection.quote(partition.relation)
        guard try await connection.query("SELECT FROM \(name) LIMIT 1").isEmpty == false else { return nil }
        let column = try await connection.quoteIdentifier(table.key.column)
        condition = bounds.map { "NOT (\(table.key.condition($0, column: column)))" }.joined(separator: " AND ")
        self.connection = connection
        self.partition = partition.relation
    }

    /// Puts the constraint up and proves it.
    func raise(_ lockPolicy: LockPolicy, _ progress: ProgressReporter) async throws {
        try await lockPolicy.run(
            on: connection, locks: [RelationLock(partition, .accessExclusive)], progress: progress
        ) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                try await drop()
                try await connection.execute(
                    "ALTER TABLE \(name) ADD CONSTRAINT \(Self.constraint) CHECK (\(condition)) NOT VALID")
            }
        }
        try await FaultPoint.reach("guard.raised")
        try await lockPolicy.run(on: connection, progress: progress) {
            try await lockPolicy.bound(connection, transactionOnly: false)
            try await connection.execute(
                "ALTER TABLE \(name) VALIDATE CONSTRAINT \(Self.constraint)", timeout: .seconds(3600))
        }
        try await FaultPoint.reach("guard.validated")
    }

    /// Takes the constraint away, in the transaction that is open.
    func drop() async throws {
        try await connection.execute("ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(Self.constraint)")
    }
}
