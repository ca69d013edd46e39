import RSSCore
import RSSModel
import RSSPartition

/// The result of the verbs that change policies.
package struct PolicyReport: CommandResult {
    struct Entry: Encodable {
        let table: String
        let state: Verdict
        let changes: [PolicyOutcome.Change]
        let notes: [String]
        let statement: String?
        let error: ErrorReport?
    }

    let policies: [Entry]
    private let isDryRun: Bool
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case policies }

    init(_ outcomes: [PolicyOutcome], isDryRun: Bool, isQuiet: Bool) {
        policies = outcomes.map {
            Entry(
                table: $0.table.quoted, state: $0.state, changes: $0.changes, notes: $0.notes, statement: $0.statement,
                error: $0.error)
        }
        self.isDryRun = isDryRun
        self.isQuiet = isQuiet
    }

    package var exitStatus: ExitStatus { policies.contains { $0.error != nil } ? .findings : .done }

    package var counts: [String: Int64] { ["policies": Int64(policies.count { $0.state == .done })] }

    package var tables: [Table] {
        var rows: [[Cell]] = []
        var notes: [String] = []
        for entry in policies {
            notes += entry.notes
            if let error = entry.error {
                notes.append("\(error.code): \(error.line)")
            }
            // Schema and table are shown by the first column.
            let changes = entry.changes.filter { $0.member != "schema" && $0.member != "table" }
            if changes.isEmpty { rows.append([.text(entry.table), .null, .null, .null, .verdict(entry.state)]) }
            rows += changes.map { change in
                [
                    .text(entry.table), .text(change.member), .optional(change.from), .optional(change.to),
                    .verdict(entry.state),
                ]
            }
        }
        if isQuiet, rows.isEmpty { return [] }
        let main = Table(
            columns: [
                Column("table"), Column("member", header: "setting"), Column("from"), Column("to", isFlexible: true),
                Column("state"),
            ], rows: rows, notes: notes, emptyMessage: "No table to set a policy for.")
        let statements = policies.compactMap(\.statement)
        guard isDryRun, !statements.isEmpty else { return [main] }
        return [main, Table(sql: statements)]
    }
}
