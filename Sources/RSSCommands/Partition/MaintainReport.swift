import RSSCore
import RSSModel
import RSSPartition

/// The result of `partition maintain` and `partition plan`.
package struct MaintainReport: CommandResult {
    struct Operation: Encodable {
        let kind: String
        let object: String
        let range: String?
        let reason: String
        let locks: [PartitionOperation.Lock]
        let rows: Double?
        let bytes: Int64?
        let statements: [String]
        let state: Verdict
        var error: ErrorReport?
    }

    struct Overdue: Encodable {
        let partitions: [String]
        let rows: Double?
        let problem: String
        var remedy: String
    }

    struct Entry: Encodable {
        let table: String
        var operations: [Operation]
        let coveredUntil: String?
        var overdue: [Overdue]
        var error: ErrorReport?
    }

    private(set) var maintained: [Entry]
    private let isDryRun: Bool
    private let isQuiet: Bool
    private let showsLocks: Bool
    /// Whether retention was not carried out, because it would have retired too much.
    private let isStopped: Bool

    private enum CodingKeys: String, CodingKey { case maintained = "tables" }

    init(_ results: [TableMaintenance], isDryRun: Bool, isQuiet: Bool, showsLocks: Bool = false) {
        maintained = results.map { result in
            let outcomes =
                result.outcomes.isEmpty && isDryRun
                ? (result.plan?.operations ?? []).map { ($0, Verdict.pending, ErrorReport?.none, $0.reason) }
                : result.outcomes.map {
                    (
                        $0.operation, $0.error != nil ? Verdict.failed : $0.waits != nil ? .skipped : .done, $0.error,
                        $0.waits ?? $0.operation.reason
                    )
                }
            return Entry(
                table: result.table.quoted,
                operations: outcomes.map { operation, state, error, reason in
                    Operation(
                        kind: operation.kind.rawValue, object: operation.object.quoted, range: operation.range,
                        reason: reason, locks: operation.locks, rows: operation.rows, bytes: operation.bytes,
                        statements: operation.statements, state: state, error: error)
                },
                coveredUntil: result.plan.flatMap { plan in
                    result.coveredUntil.map { $0 == .max ? "MAXVALUE" : plan.table.key.label($0) }
                },
                overdue: (result.plan?.overdue ?? []).filter { !$0.isUncertain }.map {
                    Overdue(
                        partitions: $0.partitions.map(\.quoted), rows: $0.rows, problem: $0.sentence, remedy: $0.remedy)
                },
                error: result.error)
        }
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
        self.showsLocks = showsLocks
        isStopped = results.contains(where: \.isStopped)
    }

    private var errors: [ErrorReport] {
        maintained.flatMap { entry in entry.operations.compactMap(\.error) + [entry.error].compactMap { $0 } }
    }

    private var operations: [Operation] { maintained.flatMap(\.operations) }

    package var exitStatus: ExitStatus {
        let errors = errors
        if errors.isEmpty { return .done }
        if isStopped, !isDryRun { return .failed }
        return errors.allSatisfy { $0.exit == .tryAgain } ? .tryAgain : .findings
    }

    package var counts: [String: Int64] {
        if isDryRun { return [:] }
        let done = operations.filter { $0.state == .done }
        return Dictionary(grouping: done, by: \.kind).mapValues { Int64($0.count) }
            .merging(errors.isEmpty ? [:] : ["failed": Int64(errors.count)]) { $1 }
    }

    package func mappingCommands(_ change: (String) -> String) -> MaintainReport {
        var report = self
        report.maintained = maintained.map { entry in
            var entry = entry
            entry.error = entry.error?.mappingHint(change)
            for index in entry.overdue.indices { entry.overdue[index].remedy = change(entry.overdue[index].remedy) }
            for index in entry.operations.indices {
                entry.operations[index].error = entry.operations[index].error?.mappingHint(change)
            }
            return entry
        }
        return report
    }

    package var tables: [Table] {
        // For cron, nothing is printed when all is well.
        if isQuiet, operations.allSatisfy({ $0.state == .skipped }), errors.isEmpty { return [] }
        if maintained.isEmpty { return [.noPolicies] }
        let isOne = maintained.count == 1
        var columns = [
            Column("table", isOptional: true), Column("operation"), Column("object"), Column("range"),
            Column("reason", isFlexible: true),
        ]
        let showsSizes = showsLocks && operations.contains { $0.rows != nil || $0.bytes != nil }
        if showsSizes { columns += [.number("rows", header: "rows (est.)"), .number("size")] }
        // In a plan every state is pending.
        columns.append(Column("state", isOptional: showsLocks))
        var rows: [[Cell]] = []
        for entry in maintained {
            for operation in entry.operations {
                var row: [Cell] = [
                    .text(entry.table), .text(operation.kind), .text(operation.object), .optional(operation.range),
                    .text(operation.reason),
                ]
                if showsSizes {
                    row += [
                        operation.rows.map { .integer(Int64($0)) } ?? .null, operation.bytes.map(Cell.bytes) ?? .null,
                    ]
                }
                rows.append(row + [.verdict(operation.state)])
            }
        }
        if isOne {
            columns.removeFirst()
            rows = rows.map { Array($0.dropFirst()) }
        }
        let nothing = maintained.filter { $0.operations.isEmpty && $0.error == nil }.map(covered).joined(separator: " ")
        let main = Table(
            columns: columns, rows: rows,
            notes: (rows.isEmpty ? [] : maintained.filter { $0.error == nil }.map(covered)) + errors.map(Self.line),
            emptyMessage: errors.isEmpty ? "Nothing to do: \(nothing)" : errors.map(Self.line).joined(separator: "\n"))
        if showsLocks { return rows.isEmpty ? [main] : [main, locks] }
        let statements = operations.flatMap(\.statements)
        guard isDryRun, !statements.isEmpty else { return [main] }
        return [main, Table(sql: statements)]
    }

    /// The locks that are taken, the strongest mode of each table, and who would wait for it.
    private var locks: Table {
        var strongest: [String: LockMode] = [:]
        for lock in operations.flatMap(\.locks) {
            guard let mode = LockMode.allCases.first(where: { $0.name == lock.mode }) else { continue }
            strongest[lock.relation] = max(mode, strongest[lock.relation] ?? mode)
        }
        let rows = strongest.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { relation, mode in
            [
                Cell.text(relation), .text(mode.name),
                .text(mode.stopsReaders ? "readers and writers" : mode.stopsWriters ? "writers" : "none"),
            ]
        }
        return Table(
            title: "Locks", columns: [Column("table"), Column("lock"), Column("stops")], rows: rows,
            notes: ["Held for milliseconds; waited for no longer than lock.timeout at a time."])
    }

    private func covered(_ entry: Entry) -> String {
        let covered =
            entry.coveredUntil.map { "\(entry.table) is covered until \($0)." }
            ?? "\(entry.table) has everything that was requested."
        return ([covered] + entry.overdue.map { "\($0.problem). To retire them: \($0.remedy)" }).joined(
            separator: " ")
    }

    private static func line(_ error: ErrorReport) -> String {
        "\(error.code): \(error.line)"
    }
}
