import RSSCore
import RSSModel
import RSSPartition

/// The result of the verbs on indexes of partitioned tables.
package struct PartitionIndexReport: CommandResult {
    struct Step: Encodable {
        let table: String
        let index: String
        let state: Verdict
        let bytes: Int64?
        let bytesAfter: Int64?
        let seconds: Double?
        let statements: [String]
        let error: ErrorReport?
    }

    let table: String
    let index: String
    let steps: [Step]
    private let isDryRun: Bool
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case table, index, steps }

    init(_ outcome: PartitionIndexOutcome, isDryRun: Bool, isQuiet: Bool) {
        table = outcome.table.quoted
        index = outcome.target.quoted
        steps = outcome.steps.map { step in
            Step(
                table: step.table.quoted, index: step.index.quoted, state: step.state, bytes: step.bytes,
                bytesAfter: step.bytesAfter, seconds: step.duration.map { $0 / .seconds(1) },
                statements: step.statements, error: step.error)
        }
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
    }

    package var exitStatus: ExitStatus { steps.contains { $0.error != nil } ? .findings : .done }

    package var counts: [String: Int64] {
        isDryRun ? [:] : ["indexes": Int64(steps.count { $0.state == .done })]
    }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        let errors = steps.compactMap { step in
            step.error.map { "\(step.index): \($0.line)" }
        }
        let main = Table(
            columns: [
                Column("table", isOptional: true), Column("index"), .number("size"),
                .number("size_after", isOptional: true), .number("took", isOptional: true), Column("state"),
            ],
            rows: steps.map { step in
                [
                    .text(step.table), .text(step.index), step.bytes.map(Cell.bytes) ?? .null,
                    step.bytesAfter.map(Cell.bytes) ?? .null,
                    step.seconds.map { .duration(.milliseconds(Int64($0 * 1000))) } ?? .null, .verdict(step.state),
                ]
            }, notes: errors, emptyMessage: "\(index) has no parts.")
        let statements = steps.filter { $0.state == .pending }.flatMap(\.statements)
        guard isDryRun, !statements.isEmpty else { return [main] }
        return [main, Table(sql: statements)]
    }
}
