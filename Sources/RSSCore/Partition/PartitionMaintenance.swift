import Foundation
import PostgresClient
import RSSModel

/// Makes the partitions that a table lacks, while readers and writers go on.
///
/// CREATE TABLE (LIKE …) + CHECK + ATTACH, never `PARTITION OF`, which takes ACCESS EXCLUSIVE on the parent and so stops
/// every reader behind the oldest one. ATTACH takes SHARE UPDATE EXCLUSIVE on the parent, and SHARE ROW EXCLUSIVE on the
/// tables that its foreign keys reference; those waits are bounded by the lock policy.
public struct PartitionMaintenance: Sendable {
    /// What a run did, or would do.
    public struct Outcome: Sendable, Equatable {
        /// The table.
        public var table: String
        /// The partitions made.
        public var created: [PartitionToCreate]
        /// The statements, in order.
        public var statements: [String]
        /// The day until which the table is covered without a gap from today on; nil when today is not covered.
        public var coveredUntil: CalendarDate?
    }

    private let connection: PostgresConnection
    private let planner: PartitionPlanner
    private let lockPolicy: LockPolicy
    private let runID: String

    /// Makes the maintenance of one session.
    public init(_ connection: PostgresConnection, planner: PartitionPlanner, lockPolicy: LockPolicy, runID: String) {
        self.connection = connection
        self.planner = planner
        self.lockPolicy = lockPolicy
        self.runID = runID
    }

    /// Reads a table with its partitions.
    ///
    /// - Throws: ``PartitionError``, `PostgresError`.
    public func table(schema: String, name: String) async throws -> PartitionedTable {
        try await PartitionCatalog(connection: connection).table(schema: schema, name: name)
    }

    /// Makes what is missing.
    ///
    /// - Parameter isDryRun: only says what it would do.
    /// - Throws: ``PartitionError``, `PostgresError`, `CancellationError`.
    public func run(
        schema: String, name: String, today: CalendarDate, isDryRun: Bool, progress: ProgressReporter
    ) async throws -> Outcome {
        let table = try await table(schema: schema, name: name)
        let plan = planner.missing(in: table, takenNames: try await takenNames(schema), today: today)
        return try await create(plan, in: table, today: today, isDryRun: isDryRun, progress: progress)
    }

    private func create(
        _ plan: [PartitionToCreate], in table: PartitionedTable, today: CalendarDate, isDryRun: Bool,
        progress: ProgressReporter
    ) async throws -> Outcome {
        var outcome = Outcome(table: "\(table.schema).\(table.name)", created: [], statements: [], coveredUntil: nil)
        if !plan.isEmpty, let blocking = table.partitions.first(where: \.isDefault) {
            throw PartitionError.hasDefault(table: outcome.table, partition: blocking.name)
        }
        if !isDryRun, !plan.isEmpty { try await BookkeepingSchema.prepare(connection) }
        for partition in plan {
            let statements = try await statements(for: partition, of: table)
            outcome.statements += statements
            if !isDryRun {
                try await attach(partition, of: table, statements, progress)
                progress(
                    .done(
                        "Created \(table.schema).\(partition.name) for \(partition.lower) … \(partition.upper) (\(partition.reason))."
                    ))
            }
            outcome.created.append(partition)
        }
        outcome.coveredUntil = Self.coverage(of: table, and: plan, from: today)
        return outcome
    }

    private func attach(
        _ partition: PartitionToCreate, of table: PartitionedTable, _ statements: [String], _ progress: ProgressReporter
    ) async throws {
        do {
            try await lockPolicy.run(on: connection, progress: progress) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    for statement in statements { try await connection.execute(statement) }
                    try await BookkeepingSchema.record(
                        connection, runID: runID, operation: "partition.create",
                        object: "\(table.schema).\(partition.name)", detail: "\(partition.lower) … \(partition.upper)")
                }
            }
        } catch let error as LockBudgetSpent {
            throw PartitionError.lockBudgetSpent(
                partition: partition.name, budget: error.budget, blockers: error.blockers)
        }
    }

    /// The statements that make one partition; the CHECK spares ATTACH the scan, and goes once the bound says the same.
    private func statements(for partition: PartitionToCreate, of table: PartitionedTable) async throws -> [String] {
        let schema = try await connection.quoteIdentifier(table.schema)
        let parent = "\(schema).\(try await connection.quoteIdentifier(table.name))"
        let child = "\(schema).\(try await connection.quoteIdentifier(partition.name))"
        let column = try await connection.quoteIdentifier(table.column)
        let check = try await connection.quoteIdentifier("rssctl_bound")
        var statements = [
            "CREATE TABLE \(child) (LIKE \(parent) INCLUDING ALL EXCLUDING IDENTITY)",
            "ALTER TABLE \(child) ADD CONSTRAINT \(check) CHECK (\(column) >= '\(partition.lower)' AND \(column) < '\(partition.upper)')",
        ]
        statements += try await grants(parent: parent, child: child)
        statements += [
            "ALTER TABLE \(parent) ATTACH PARTITION \(child) FOR VALUES FROM ('\(partition.lower)') TO ('\(partition.upper)')",
            "ALTER TABLE \(child) DROP CONSTRAINT \(check)",
        ]
        return statements
    }

    /// The parent's owner and grants: a partition is reached through its parent with the parent's rights alone, but tools
    /// that read partitions directly would stumble.
    private func grants(parent: String, child: String) async throws -> [String] {
        try await connection.query(SQLResource(PackageResources.grants_sql).text, [parent, child])
            .map { try $0.decode(String.self, at: 0) }
    }

    /// Makes the partitions of a span of months that are missing; a seed needs those of the past.
    func cover(
        schema: String, name: String, from: CalendarDate, to: CalendarDate, today: CalendarDate,
        progress: ProgressReporter
    ) async throws {
        let table = try await table(schema: schema, name: name)
        let plan = planner.cover(from: from, to: to, in: table, takenNames: try await takenNames(schema)) { _ in "seed"
        }
        // One line a partition would bury what a seed has to say.
        _ = try await create(plan, in: table, today: today, isDryRun: false, progress: .silent)
    }

    private func takenNames(_ schema: String) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            SELECT relname FROM pg_class WHERE relnamespace = $1::regnamespace
            UNION SELECT typname FROM pg_type WHERE typnamespace = $1::regnamespace
            """, [try await connection.quoteIdentifier(schema)])
        return Set(try rows.map { try $0.decode(String.self, at: 0) })
    }

    /// Until when days are covered without a gap from a day on.
    public static func coverage(
        of table: PartitionedTable, and plan: [PartitionToCreate] = [], from today: CalendarDate
    ) -> CalendarDate? {
        let bounds =
            table.partitions.filter { !$0.isDetachPending }.compactMap(\.bound)
            + plan.map { Partition.Bound(lower: $0.lower, upper: $0.upper) }
        var end: CalendarDate?
        for bound in bounds.sorted(by: { ($0.lower ?? today) < ($1.lower ?? today) }) {
            let lower = bound.lower ?? today
            let upper = bound.upper ?? CalendarDate(daysSinceEpoch: Int(Int32.max))
            if lower <= (end ?? today), upper > (end ?? today) { end = upper }
        }
        return end
    }
}
