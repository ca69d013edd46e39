import RSSCore
import RSSModel
import RSSPartition

/// The result of `partition convert`.
package struct ConversionReport: CommandResult {
    struct Step: Encodable {
        let what: String
        let locks: [PartitionOperation.Lock]?
        let statements: [String]?
        let milliseconds: Int64?
        let state: Verdict
    }

    struct Cutover: Encodable {
        let milliseconds: Double
        let tries: Int
    }

    let table: String
    let legacy: String?
    let registry: String?
    let upper: String?
    let partitions: [String]
    let steps: [Step]
    let cutover: Cutover?
    let divided: ReshapeReport?
    let carried: [String]?
    let changed: [String]?
    private let interval: PartitionInterval?
    private let isDryRun: Bool

    private enum CodingKeys: String, CodingKey {
        case table, legacy, registry, upper, partitions, steps, cutover, divided, carried, changed
    }

    init(_ plan: ConversionPlan, isTakingBack: Bool = false) {
        table = plan.table.quoted
        legacy = plan.legacy.quoted
        registry = plan.registry?.quoted
        upper = plan.upper
        partitions = []
        steps = plan.steps.map {
            Step(what: $0.what, locks: $0.locks, statements: $0.statements, milliseconds: nil, state: .pending)
        }
        (cutover, divided, interval) = (nil, nil, nil)
        carried = isTakingBack ? nil : plan.carried
        changed = isTakingBack ? nil : plan.changes
        isDryRun = true
    }

    init(_ outcome: ConversionOutcome, divided: ReshapeOutcome? = nil) {
        self.divided = divided.map(ReshapeReport.init)
        interval = outcome.interval
        table = outcome.table.quoted
        legacy = outcome.legacy?.quoted
        registry = nil
        upper = outcome.upper
        partitions = outcome.partitions.map(\.quoted)
        steps = outcome.steps.map {
            Step(what: $0.what, locks: nil, statements: nil, milliseconds: $0.milliseconds, state: .done)
        }
        cutover = outcome.cutoverMilliseconds.map {
            Cutover(milliseconds: ($0 * 10).rounded() / 10, tries: outcome.cutoverTries)
        }
        carried = nil
        changed = outcome.changes.isEmpty ? nil : outcome.changes
        isDryRun = false
    }

    package var counts: [String: Int64] { isDryRun ? [:] : ["steps": Int64(steps.count)] }

    package var tables: [Table] {
        let state = Table(
            columns: [
                Column("step", isFlexible: true), isDryRun ? Column("locks", isFlexible: true) : .number("took"),
                Column("state"),
            ],
            rows: steps.map { step in
                [
                    .text(step.what),
                    isDryRun
                        ? .text((step.locks ?? []).map { "\($0.mode) on \($0.relation)" }.joined(separator: "; "))
                        : step.milliseconds.map { .duration(.milliseconds($0)) } ?? .null, .verdict(step.state),
                ]
            }, notes: notes, emptyMessage: "Nothing to do.")
        var tables = [state]
        let words = (changed ?? []).map { ("changes", $0) } + (carried ?? []).map { ("carried over", $0) }
        if !words.isEmpty {
            tables.append(
                Table(
                    columns: [Column("dependent", header: "effect"), Column("what", isFlexible: true)],
                    rows: words.map { [.text($0.0), .text($0.1)] }))
        }
        if let divided { return tables + divided.tables }
        guard isDryRun else { return tables }
        tables.append(Table(sql: steps.flatMap { $0.statements ?? [] }))
        return tables
    }

    private var notes: [String] {
        var notes: [String] = []
        if let cutover {
            notes.append(
                "The locks of the cutover were held for \(cutover.milliseconds) ms\(cutover.tries > 1 ? ", at try \(cutover.tries)" : "")."
            )
        }
        if divided == nil, let legacy, let upper {
            notes.append("\(legacy) \(isDryRun ? "will hold" : "holds") the rows before \(upper).")
            if !isDryRun {
                notes.append(
                    "To divide it: rssctl partition split \(legacy.shellWord) --into \(interval?.description ?? "month")"
                )
            }
        }
        return notes
    }
}
