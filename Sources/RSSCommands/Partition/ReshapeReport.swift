import RSSCore
import RSSModel
import RSSPartition

/// The result of `partition drain`, `split`, `merge` and `abort`.
package struct ReshapeReport: CommandResult {
    struct Part: Encodable {
        let name: String
        let range: String
        let estimatedRows: Double?
    }

    let kind: String
    let table: String
    let state: ReshapeOutcome.State
    let resumed: Bool
    let sources: [String]
    let kept: [String]
    let partitions: [Part]
    let leftRows: Int64?
    let leftRange: String?
    let leftWithoutKey: Int64?
    let swapSeconds: Double?
    let statements: [String]

    init(_ outcome: ReshapeOutcome) {
        kind = outcome.kind
        table = outcome.table.quoted
        state = outcome.state
        resumed = outcome.isResumed
        sources = outcome.sources.map(\.quoted)
        kept = outcome.kept.map(\.quoted)
        partitions = outcome.parts.map {
            Part(name: RelationName(name: $0.name).quoted, range: $0.range, estimatedRows: $0.rows)
        }
        leftRows = outcome.leftRows
        leftRange = outcome.leftRange
        leftWithoutKey = outcome.leftWithoutKey
        swapSeconds = outcome.swapTime.map { $0 / .seconds(1) }
        statements = outcome.statements
    }

    package var counts: [String: Int64] { state == .done ? ["partitions": Int64(partitions.count)] : [:] }

    private var verdict: Verdict {
        switch state {
        case .done: .done
        case .nothing: .ok
        case .wouldDo, .wouldAbort: .pending
        case .aborted: .skipped
        }
    }

    private var notes: [String] {
        var notes: [String] = []
        switch state {
        case .done:
            notes.append(
                "\(sources.joined(separator: ", ")) of \(table): \(kept.isEmpty ? "replaced" : "replaced and kept").")
            if !kept.isEmpty {
                notes.append("Kept as \(kept.joined(separator: ", ")): DROP TABLE when no longer wanted.")
            }
            if let swapSeconds {
                notes.append("Readers and writers waited \(Int((swapSeconds * 1000).rounded())) ms at most.")
            }
        case .nothing: break
        case .wouldDo: notes.append("Nothing was changed.")
        case .aborted: notes.append("The \(kind) of \(table) was cancelled; its partitions are as they were.")
        case .wouldAbort: notes.append("The \(kind) of \(table) would be cancelled.")
        }
        if let leftRows, leftRows > 0 {
            notes.append(
                "\(leftRows) rows of \(leftRange ?? "") stay in the default partition: they are far from now; --all moves them."
            )
        }
        if let leftWithoutKey, leftWithoutKey > 0 {
            notes.append(
                "\(leftWithoutKey) rows without a value of the key, or with one that is infinite or after the year 294246, stay there."
            )
        }
        return notes
    }

    package var tables: [Table] {
        let main = Table(
            columns: [
                Column("partition"), Column("range", isFlexible: true),
                .number("rows", header: "rows (est.)", isOptional: true), Column("state"),
            ],
            rows: state == .aborted || state == .wouldAbort
                ? []
                : partitions.map { part in
                    [
                        .text(part.name), .text(part.range),
                        part.estimatedRows.map { .integer(Int64($0)) } ?? .null, .verdict(verdict),
                    ]
                },
            notes: state == .done || state == .wouldDo || state == .nothing ? notes : [],
            emptyMessage: state == .nothing
                ? "Nothing to move in the default partition of \(table)." : notes.joined(separator: " "))
        if statements.isEmpty { return [main] }
        return [main, Table(sql: statements)]
    }
}
