import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Maintains the partitions of tables by their policies, without blocking readers and writers.
package struct PartitionMaintenance: Sendable {
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let observer: ConnectionOptions?

    /// Makes the maintenance of one session.
    ///
    /// - Parameter observer: how to open a second session, which reads the progress of long statements; nil for none.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.runID = runID
        self.observer = observer
    }

    /// What maintaining a table requires now; changes nothing.
    ///
    /// - Parameter sizes: whether the bytes concerned are wanted.
    /// - Throws: ``PartitionError``, `PostgresError`.
    package func plan(
        _ policy: PartitionPolicy, at date: Date, sizes: Bool = true
    ) async throws -> MaintenancePlan {
        try await MaintenancePlanner(connection: connection).plan(policy, at: date, sizes: sizes)
    }

    /// Executes a plan. Failures are reported and do not stop the rest.
    ///
    /// - Throws: `CancellationError`, and `PostgresError` when the connection is lost.
    package func apply(_ plan: MaintenancePlan, progress: ProgressReporter) async throws -> [MaintenanceOutcome] {
        guard !plan.operations.isEmpty else { return [] }
        try await BookkeepingSchema.prepare(connection)
        var outcomes: [MaintenanceOutcome] = []
        for group in Self.groups(plan.operations) {
            try Task.checkCancellation()
            do {
                try await perform(group, plan, progress)
                outcomes += group.map { MaintenanceOutcome(operation: $0, error: nil) }
            } catch let error where !Self.endsAll(error) {
                // A lock that blocks one of them blocks all.
                if group.count > 1, ErrorReport(describing: error).exit != .tryAgain {
                    // One of them makes the others fail: each by itself.
                    for operation in group { outcomes.append(try await attempt(operation, plan, progress)) }
                } else {
                    outcomes += group.map { MaintenanceOutcome($0, endedBy: error) }
                }
            }
        }
        return outcomes
    }

    private func attempt(
        _ operation: PartitionOperation, _ plan: MaintenancePlan, _ progress: ProgressReporter
    ) async throws -> MaintenanceOutcome {
        do {
            try await perform([operation], plan, progress)
            return MaintenanceOutcome(operation: operation, error: nil)
        } catch let error where !Self.endsAll(error) {
            return MaintenanceOutcome(operation, endedBy: error)
        }
    }

    static func endsAll(_ error: any Error) -> Bool {
        if error is CancellationError { return true }
        guard let error = error as? PostgresError else { return false }
        return [.connectionLost, .timedOut, .stalled].contains(error.code)
    }

    /// New partitions are created together, up to eight in a transaction; everything else by itself.
    private static func groups(_ operations: [PartitionOperation]) -> [[PartitionOperation]] {
        var groups: [[PartitionOperation]] = []
        for operation in operations {
            if operation.kind == .create, let last = groups.last, last[0].kind == .create, last.count < 8 {
                groups[groups.count - 1].append(operation)
            } else {
                groups.append([operation])
            }
        }
        return groups
    }

    private func perform(
        _ operations: [PartitionOperation], _ plan: MaintenancePlan, _ progress: ProgressReporter
    ) async throws {
        guard let operation = operations.first else { return }
        try await FaultPoint.reach("maintain.\(operation.kind.rawValue)")
        switch operation.kind {
        case .create:
            do {
                try await create(operations, plan.table, progress)
            } catch let error as PostgresError where error.sqlState == .checkViolation {
                // Rows were written to the default partition after the plan was made: the next one moves them.
                throw PartitionError.strayRows(
                    table: plan.table.relation.quoted,
                    range: operations.compactMap(\.range).joined(separator: ", "))
            }
        case .finishDetach:
            try await finishDetach(operation, plan.table, progress)
            try await retirement(progress).settle(
                operation.object, plan.table, quarantineDays: plan.policy.quarantineDays)
        case .liftBlock:
            if operation.object == plan.table.defaultPartition?.relation {
                try await locked(plan.table, operation.object.name, progress) {
                    try await connection.transaction {
                        try await lockPolicy.bound(connection)
                        for statement in operation.statements { try await connection.execute(statement) }
                    }
                }
            } else {
                try await PartitionReturn(retirement: retirement(progress)).reattach(operation.object)
            }
            progress(.done("\(operation.object.quoted) takes writes again."))
        case .analyze: try await analyze(operation, plan.table, progress)
        case .buildIndex: try await buildIndex(operation, plan.table, progress)
        case .detach:
            try await retirement(progress).detach(operation.object, quarantineDays: plan.policy.quarantineDays)
        case .drop:
            try await PartitionDrop(
                retirement: retirement(progress), table: plan.table, folder: plan.policy.archive
            ).drop(operation.object)
        case .drain: try await drain(operation, plan, progress)
        }
        try await FaultPoint.reach("maintain.done")
    }

    private func retirement(_ progress: ProgressReporter) -> PartitionRetirement {
        PartitionRetirement(
            connection: connection, lockPolicy: lockPolicy, runID: runID, observer: observer, progress: progress)
    }

    private func locked(
        _ table: PartitionedTable, _ what: String, locks: [RelationLock] = [], _ progress: ProgressReporter,
        _ work: () async throws -> Void
    ) async throws {
        do {
            try await lockPolicy.run(on: connection, locks: locks, progress: progress, work)
        } catch let error as LockBudgetSpent {
            throw PartitionError.lockBudgetSpent(
                partition: what, budget: error.budget, blockers: error.blockers)
        }
    }

    private func create(
        _ operations: [PartitionOperation], _ table: PartitionedTable, _ progress: ProgressReporter
    ) async throws {
        let defaultGuard = try await DefaultGuard(table, bounds: operations.compactMap(\.bound), connection)
        try await defaultGuard?.raise(lockPolicy, progress)
        let locks = try await MaintenancePlanner(connection: connection).attachLocks(table)
        try await locked(table, operations[0].object.name, locks: locks, progress) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                try await connection.refuseForeignCode(.arranging, in: [table.relation.quoted])
                // Whatever takes time first: attaching is what others could wait for.
                for operation in operations {
                    for statement in operation.statements.dropLast() { try await connection.execute(statement) }
                }
                try await DefaultGuard.keepWritersOut(of: table, connection)
                for operation in operations {
                    for statement in operation.statements.suffix(1) { try await connection.execute(statement) }
                    try await BookkeepingSchema.record(
                        connection, runID: runID, operation: "partition.create", object: operation.object.quoted,
                        detail: operation.range ?? "")
                }
                try await carryReplicaIdentity(operations, table)
                try await DefaultGuard.drop(from: table.defaultPartition?.relation, connection)
                try await FaultPoint.reach("maintain.attached")
            }
        }
        for operation in operations {
            progress(.done("Created \(operation.object.quoted) for \(operation.range ?? "") (\(operation.reason))."))
        }
    }

    /// The index by which replicas identify rows: that of the partition belonging to the parent's.
    private func carryReplicaIdentity(_ operations: [PartitionOperation], _ table: PartitionedTable) async throws {
        let statements = try await connection.query(
            """
            SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', c.oid::regclass, x.relname)
            FROM pg_index p JOIN pg_inherits i ON i.inhparent = p.indexrelid JOIN pg_class x ON x.oid = i.inhrelid
            JOIN pg_index l ON l.indexrelid = x.oid JOIN pg_class c ON c.oid = l.indrelid
            WHERE p.indrelid = $1::bigint::oid AND p.indisreplident
              AND c.oid IN (SELECT to_regclass(n) FROM unnest($2::text[]) n)
            """, [table.oid, operations.map(\.object.quoted)]
        ).map { try $0.decode(String.self, at: 0) }
        for statement in statements { try await connection.execute(statement) }
    }

    private func finishDetach(
        _ operation: PartitionOperation, _ table: PartitionedTable, _ progress: ProgressReporter
    ) async throws {
        try await locked(table, operation.object.name, progress) {
            try await lockPolicy.bound(connection, transactionOnly: false)
            for statement in operation.statements { try await connection.execute(statement) }
        }
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "partition.detach", object: operation.object.quoted,
            detail: "finished: \(operation.range ?? "")")
        progress(.done("Finished the detach of \(operation.object.quoted)."))
    }

    /// Waits for locks without bound are harmless here: ANALYZE takes none that readers or writers would wait for, but it
    /// prevents partitions from being attached, so it does not begin while another session does that.
    private func analyze(
        _ operation: PartitionOperation, _ table: PartitionedTable, _ progress: ProgressReporter
    ) async throws {
        try await locked(table, operation.object.name, progress) {
            try await lockPolicy.bound(connection, transactionOnly: false)
            for statement in operation.statements {
                try await connection.execute(statement, timeout: LongStatement.reading)
            }
        }
        progress(.done("Analysed \(operation.object.quoted)."))
    }

    private func buildIndex(
        _ operation: PartitionOperation, _ table: PartitionedTable, _ progress: ProgressReporter
    ) async throws {
        try await PartitionIndexes(
            connection, lockPolicy: lockPolicy, observer: observer, progress: progress
        ).complete(operation.object, of: table)
        progress(.done("Built \(operation.object.quoted) on the partitions that lacked it."))
    }

    /// Moves the rows of the cells that the plan wants out of a default partition that is small; more is left to a run of its
    /// own, at a time chosen by the user.
    private func drain(
        _ operation: PartitionOperation, _ plan: MaintenancePlan, _ progress: ProgressReporter
    ) async throws {
        let table = try await PartitionCatalog(connection).table(plan.table.relation)
        // Those of the first operation included the others.
        if let bound = operation.bound, table.partitions.contains(where: { $0.bound == bound }) { return }
        let most = 100_000
        let source = try await connection.quote((table.defaultPartition ?? plan.table.partitions[0]).relation)
        let rows = try await connection.query(
            "SELECT count(*) FROM (SELECT FROM \(source) LIMIT \(most + 1)) AS counted"
        )
        .first?.decode(Int.self, at: 0)
        guard let rows, rows <= most else {
            throw PartitionError.strayRows(table: plan.table.relation.quoted, range: operation.range ?? "")
        }
        var options = Reshape.Options(at: plan.at)
        options.cells = plan.operations.filter { $0.kind == .drain }.compactMap { drained in
            drained.bound.map { (drained.object.name, $0) }
        }
        _ = try await Reshape(connection, lockPolicy: lockPolicy, runID: runID).drain(
            plan.table.relation, options, progress: progress)
    }

    /// Makes the partitions of a span that are missing; a seed needs those of the past.
    package func cover(_ policy: PartitionPolicy, from: Int64, to: Int64, at date: Date) async throws {
        let table = try await PartitionCatalog(connection).table(policy.table)
        let cells = PartitionCells(policy: policy, key: table.key, connection: connection)
        let operations = try await MaintenancePlanner(connection: connection).creations(
            table, policy, cells: try await cells.cells(from: from, to: to), now: try await cells.now(date, of: table),
            keptFree: try await RetiredLedger(connection).open(of: table).filter(\.isInQuarantine).map(\.bound))
        if operations.isEmpty { return }
        try await BookkeepingSchema.prepare(connection)
        // One line per partition would hide the other messages of a seed.
        for group in Self.groups(operations) { try await create(group, table, .silent) }
    }
}

/// How one operation of a plan ended.
package struct MaintenanceOutcome: Sendable {
    /// What was to be done.
    package var operation: PartitionOperation
    /// Why it was not done; nil when it is done, or waits.
    package var error: ErrorReport?
    /// What it waits for, to be done by a later run; nil when it does not.
    package var waits: String?
}

extension MaintenanceOutcome {
    /// How an operation ended that failed. What waits for another partition to be dropped is not an error.
    init(_ operation: PartitionOperation, endedBy error: any Error) {
        self.init(operation: operation, error: nil)
        if case RetireError.waits(_, let other, let until) = error {
            waits = "waits for \(other), to be dropped on \(until)"
        } else {
            self.error = ErrorReport(describing: error)
        }
    }
}
