import Foundation
import PostgresClient
import RSSCore

/// Makes the plan of a table: reads the catalog, and decides. Changes nothing.
struct MaintenancePlanner: Sendable {
    let connection: PostgresConnection

    /// The plan of a policy's table at a time.
    ///
    /// - Parameter sizes: whether it is to be shown: with sizes, and with rows past retention that stay.
    /// - Throws: ``PartitionError``, `PostgresError`.
    func plan(_ policy: PartitionPolicy, at date: Date, sizes: Bool = true) async throws -> MaintenancePlan {
        var table = try await PartitionCatalog(connection).table(policy.table, sizes: sizes)
        table.key.epoch = policy.epoch
        try policy.refuseMisfit(table)
        try await connection.refuseForeignCode(.arranging, in: [table.relation.quoted])
        var operations = try await unfinishedDetaches(table)
        let retired = try await RetiredLedger(connection).open(of: table, at: date)
        let need = try await need(policy, table, at: date)
        let (now, cutoff) = (need.now, need.cutoff)
        operations += try await creations(
            table, policy, cells: need.cells, now: now, keptFree: retired.filter(\.isInQuarantine).map(\.bound))
        operations += try await RetirementPlanner(connection: connection).operations(
            table, policy, retired: retired, cutoff: cutoff)
        operations += try await upkeep(table)
        let begun = retired.filter { $0.state == .detaching }.map(\.relation)
        var plan = MaintenancePlan(
            policy: policy, table: table, at: date, now: now, operations: operations,
            expired: RetirementPlanner.expired(table, cutoff: cutoff).map(\.relation).filter { !begun.contains($0) })
        if sizes, let cutoff {
            plan.overdue = try await OverdueSurvey(connection: connection).rows(table, policy, before: cutoff)
        }
        return plan
    }

    /// What a policy wants covered at a time.
    struct Need {
        /// The point that counts as now.
        var now: Int64
        /// The cells that are wanted, those between partitions that are there among them.
        var cells: [PartitionCell]
        /// The point before which nothing is retained; nil for a policy without a retention.
        var cutoff: Int64?
    }

    /// What a policy wants covered. Reads no table but that of an integer key, whose highest number is needed.
    func need(_ policy: PartitionPolicy, _ table: PartitionedTable, at date: Date) async throws -> Need {
        let cells = PartitionCells(policy: policy, key: table.key, connection: connection)
        let now = try await cells.now(date, of: table)
        let runway = try await cells.span(around: now, ahead: policy.premake)
        var first = try await earliest(table, cells, now, before: runway.first)
        var cutoff: Int64?
        if let retention = policy.retention { cutoff = try await cells.cutoff(retention, now: now) }
        if let cutoff { first = max(first, cutoff) }
        return Need(
            now: now, cells: try await cells.cells(from: min(first, runway.first), to: runway.end), cutoff: cutoff)
    }

    /// From where on gaps are filled: after the first partition, but within a limit: a stray one of the year 1 must not
    /// create 24,000 others.
    private func earliest(
        _ table: PartitionedTable, _ cells: PartitionCells, _ now: Int64, before first: Int64
    ) async throws -> Int64 {
        guard let end = table.partitions.compactMap(\.bound).map({ $0.upper ?? .max }).min(), end < first else {
            return first
        }
        return max(end, try await cells.start(before: now, by: Self.cellsBack(cells.policy.interval)))
    }

    /// How many cells back gaps are filled: ten years of months, three of days.
    static func cellsBack(_ interval: PartitionInterval) -> Int {
        switch interval {
        case .hour: 31 * 24
        case .day: 3 * 366
        case .week: 10 * 53
        case .month: 10 * 12
        case .quarter: 10 * 4
        case .year: 20
        case .step: 1000
        }
    }

    private func unfinishedDetaches(_ table: PartitionedTable) async throws -> [PartitionOperation] {
        var operations: [PartitionOperation] = []
        for partition in table.partitions where partition.isDetachPending {
            let statement =
                "ALTER TABLE \(try await connection.quote(table.relation)) DETACH PARTITION \(try await connection.quote(partition.relation)) FINALIZE"
            operations.append(
                PartitionOperation(
                    .finishDetach, partition.relation, bound: partition.bound, range: partition.bound.map(table.label),
                    reason: "its rows are invisible",
                    locks: [
                        RelationLock(partition.relation, .accessExclusive),
                        RelationLock(table.relation, .shareUpdateExclusive),
                    ], rows: partition.estimatedRows, bytes: partition.bytes, statements: [statement]))
        }
        return operations
    }

    /// What is made so that cells are covered.
    ///
    /// - Parameter keptFree: bounds of partitions in quarantine, which stay free so that they can be reattached.
    func creations(
        _ table: PartitionedTable, _ policy: PartitionPolicy, cells: [PartitionCell], now: Int64,
        keptFree: [Partition.Bound] = []
    ) async throws -> [PartitionOperation] {
        let occupied = table.occupying(keptFree)
        guard let first = cells.first, let last = cells.last,
            !occupied.uncovered(from: first.lower, to: last.upper).isEmpty
        else { return [] }
        let missing = PartitionPlanner.missing(
            in: occupied, cells: cells, now: now,
            takenNames: try await PartitionCatalog(connection).takenNames(in: table.schema))
        let template = try await PartitionTemplate(table, policy: policy, connection: connection)
        let locks = try await attachLocks(table)
        let strayRows = try await strayRows(table, missing.map(\.bound))
        var operations: [PartitionOperation] = []
        for (partition, hasRows) in zip(missing, strayRows) {
            let relation = RelationName(schema: table.schema, name: partition.name)
            let quoted = try await connection.quote(relation)
            let range = table.label(partition.bound)
            operations.append(
                hasRows
                    ? PartitionOperation(
                        .drain, relation, bound: partition.bound, range: range,
                        reason: "rows in the default partition", locks: locks)
                    : PartitionOperation(
                        .create, relation, bound: partition.bound, range: range, reason: partition.reason, locks: locks,
                        statements: template.create(quoted) + [
                            template.attach(quoted, partition.bound, key: table.key)
                        ]))
        }
        return operations
    }

    /// What ATTACH locks besides the new partition.
    func attachLocks(_ table: PartitionedTable) async throws -> [RelationLock] {
        // With a default partition, writers are blocked for a moment.
        var locks = [
            RelationLock(table.relation, table.defaultPartition == nil ? .shareUpdateExclusive : .shareRowExclusive)
        ]
        for row in try await connection.query(
            SQLResource(PackageResources.partition_neighbours_sql).text, [table.oid])
        {
            let (schema, name) = try (row.decode(String.self, "schema"), row.decode(String.self, "name"))
            locks.append(RelationLock(RelationName(schema: schema, name: name), .shareRowExclusive))
        }
        if let partition = table.defaultPartition { locks.append(RelationLock(partition.relation, .accessExclusive)) }
        return locks
    }

    /// Whether the default partition holds rows of each bound.
    private func strayRows(_ table: PartitionedTable, _ bounds: [Partition.Bound]) async throws -> [Bool] {
        guard let partition = table.defaultPartition else { return bounds.map { _ in false } }
        let name = try await connection.quote(partition.relation)
        let column = try await connection.quoteIdentifier(table.key.column)
        let checks = bounds.map { "EXISTS (SELECT FROM \(name) WHERE \(table.key.condition($0, column: column)))" }
        return try await connection.query(
            "SELECT b FROM unnest(ARRAY[\(checks.joined(separator: ", "))]::boolean[]) WITH ORDINALITY AS u (b, n) ORDER BY n"
        ).map { try $0.decode(Bool.self, at: 0) }
    }

    /// Indexes that some partitions lack, and statistics that are out of date.
    private func upkeep(_ table: PartitionedTable) async throws -> [PartitionOperation] {
        guard
            let row = try await connection.query(
                SQLResource(PackageResources.partition_upkeep_sql).text, [table.oid]
            ).first
        else { return [] }
        var operations: [PartitionOperation] = []
        for index in try row.decode([String].self, "invalid_indexes") {
            operations.append(
                PartitionOperation(
                    .buildIndex, RelationName(schema: table.schema, name: index), reason: "partitions lack it",
                    locks: [RelationLock(table.relation, .shareUpdateExclusive)]))
        }
        let (analyzed, rows, fresh) = try (
            row.decode(Double.self, "analyzed_rows"), row.decode(Double.self, "leaf_rows"),
            row.decode(Double.self, "fresh_rows")
        )
        if let reason = Self.staleness(analyzed: analyzed, rows: rows, fresh: fresh) {
            operations.append(
                PartitionOperation(
                    .analyze, table.relation, reason: reason,
                    locks: [RelationLock(table.relation, .shareUpdateExclusive)], rows: rows,
                    bytes: table.partitions.reduce(0) { $0 + $1.bytes },
                    statements: ["ANALYZE \(try await connection.quote(table.relation))"]))
        }
        return operations
    }

    /// Why the whole is to be analysed; nil when it is not. Autovacuum analyzes the leaves only, never the partitioned table.
    static func staleness(analyzed: Double, rows: Double, fresh: Double) -> String? {
        guard rows > 0 else { return nil }
        if analyzed < 0 { return "never analysed" }
        if abs(rows - analyzed) > 1000 + 0.1 * analyzed { return "\(Int64(abs(rows - analyzed))) rows more or fewer" }
        if fresh > 0.5 * rows { return "most partitions were analysed since" }
        return nil
    }
}

extension PartitionPolicy {
    /// Refuses a table that the policy does not fit.
    func refuseMisfit(_ table: PartitionedTable) throws {
        guard column == table.key.column else {
            throw PartitionError.policyMisfit(
                table.relation.quoted,
                problem: "it is partitioned by \(table.key.column), and the policy says \(column)")
        }
        if let problem = Self.misfit(interval, retention, epoch, table.key) {
            throw PartitionError.policyMisfit(table.relation.quoted, problem: problem)
        }
        if table.key.kind == .date, interval == .hour {
            throw PartitionError.policyMisfit(table.relation.quoted, problem: "a date has no hours")
        }
    }
    /// Why an interval and a retention are not for a key; nil where they are.
    static func misfit(
        _ interval: PartitionInterval, _ retention: PartitionRetention?, _ epoch: EpochUnit?, _ key: PartitionKey
    ) -> String? {
        let (column, kind) = (RelationName(name: key.column).quoted, key.kind)
        if let epoch, kind.isTime {
            return "\(column) is a \(kind.rawValue), and an epoch in \(epoch) is for an integer"
        }
        if kind.isTime || epoch != nil {
            let what = kind.isTime ? "a \(kind.rawValue)" : "an epoch"
            if !interval.isTime {
                return "\(column) is \(what): give the interval as a word such as month, not \(interval)"
            }
            if let retention, !retention.unit.isTime {
                return "\(column) is \(what): give the retention as a time such as '24 months', not \(retention)"
            }
            return nil
        }
        if interval.isTime {
            return
                "\(column) is an integer: the interval \(interval) needs --epoch s, ms or us if it counts them since 1970; else it is a number"
        }
        if let retention, retention.unit.isTime {
            return
                "\(column) is an integer: the retention \(retention) needs --epoch s, ms or us if it counts them since 1970; else it is a number"
        }
        return nil
    }
}
