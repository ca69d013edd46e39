import Foundation
import RSSAnalyze
import RSSCore
import RSSModel

/// The result of `analyze indexes`.
package struct IndexAdviceReport: CommandResult {
    let verdict: Verdict
    /// Why there is no advice, and what would help; nil where there is.
    let blindReason: String?
    let hint: String?
    /// Since when it was counted; nil where that is not known.
    let since: Date?
    let until: Date?
    /// The time of all statements in the window.
    let milliseconds: Double?
    let suggestions: [IndexSuggestion]
    let unexplained: [UnexplainedStatement]
    /// How many statements were explained, and their part of the time.
    let explained: Int
    let explainedPercent: Double
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey {
        case verdict, blindReason, hint, since, until, milliseconds, suggestions, unexplained, explained,
            explainedPercent
    }

    init(_ advice: IndexAdvice, since: Date?, until: Date, milliseconds: Double, isQuiet: Bool) {
        verdict = advice.suggestions.isEmpty ? .ok : .warning
        (blindReason, hint) = (nil, nil)
        self.since = since
        self.until = until
        self.milliseconds = milliseconds
        suggestions = advice.suggestions
        unexplained = advice.unexplained
        explained = advice.explained
        explainedPercent = advice.explainedPercent
        self.isQuiet = isQuiet
    }

    private init(blindReason: String, hint: String, isQuiet: Bool) {
        verdict = .blind
        self.blindReason = blindReason
        self.hint = hint
        (since, until, milliseconds) = (nil, nil, nil)
        (suggestions, unexplained, explained, explainedPercent) = ([], [], 0, 0)
        self.isQuiet = isQuiet
    }

    /// No advice: an extension is missing.
    static func blind(reason: String, hint: String, isQuiet: Bool) -> IndexAdviceReport {
        IndexAdviceReport(blindReason: reason, hint: hint, isQuiet: isQuiet)
    }

    package var exitStatus: ExitStatus { verdict == .ok ? .done : .findings }

    package var counts: [String: Int64] {
        [
            "suggestions": Int64(suggestions.count), "explained": Int64(explained),
            "unexplained": Int64(unexplained.count),
        ]
    }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        if let blindReason {
            return [
                Table(
                    columns: [Column("verdict"), Column("detail", isFlexible: true), Column("fix", isCommand: true)],
                    rows: [[.verdict(.blind), .text(blindReason), .optional(hint)]])
            ]
        }
        return [main] + helped + (unexplained.isEmpty ? [] : [unknown])
    }

    private var main: Table {
        let window =
            since.map { "in \(Int(max((until ?? $0).timeIntervalSince($0), 1))) s" }
            ?? "since the statistics were reset"
        return Table(
            columns: [
                Column("table"), Column("columns", isFlexible: true), .number("saved_percent", header: "saves %"),
                .number("statements"), .number("size_bytes", header: "size at most"),
                Column("writes", header: "cost of writes", isFlexible: true),
                Column("fix", isFlexible: true, isCommand: true),
                Column("undo", isFlexible: true, isOptional: true, isCommand: true),
            ],
            rows: suggestions.map { suggestion in
                [
                    .text(suggestion.table),
                    .text(
                        suggestion.keys.joined(separator: ", ") + (suggestion.condition.map { " WHERE \($0)" } ?? "")),
                    .number(suggestion.savedPercent, fractionDigits: 1), .count(suggestion.statements.count),
                    .bytes(suggestion.largestBytes), .text(Self.words(suggestion.writeCost)), .text(suggestion.fix),
                    .optional(suggestion.remedy.undo),
                ]
            },
            notes: [
                "\(explained) statements, which took \(Self.number(explainedPercent, 0)) % of the time \(window), were explained; \(unexplained.count) could not be."
            ], emptyMessage: "No index is missing.")
    }

    /// The statements that each index helps.
    private var helped: [Table] {
        if suggestions.isEmpty { return [] }
        return [
            Table(
                title: "Statements that become faster",
                columns: [
                    Column("table"), Column("columns", isFlexible: true), Column("queryid"),
                    .number("total_ms"), .number("cost_before", header: "cost now"),
                    .number("cost_after", header: "cost then"),
                    Column("generic_plan", header: "generic plan", isOptional: true),
                    Column("statement", isFlexible: true),
                ],
                rows: suggestions.flatMap { suggestion in
                    suggestion.statements.map { statement in
                        [
                            .text(suggestion.table), .text(suggestion.keys.joined(separator: ", ")),
                            .text(statement.queryID),
                            .number(statement.milliseconds, fractionDigits: 1),
                            .number(statement.costBefore, fractionDigits: 0),
                            .number(statement.costAfter, fractionDigits: 0),
                            statement.isInGenericPlan.map { Cell.text($0 ? "uses it" : "does not use it") } ?? .null,
                            .text(statement.text ?? ""),
                        ]
                    }
                })
        ]
    }

    private var unknown: Table {
        Table(
            title: "Statements that could not be explained",
            columns: [
                Column("queryid"), .number("share_percent", header: "share %"), Column("reason", isFlexible: true),
                Column("hint", isFlexible: true, isOptional: true),
                Column("statement", isFlexible: true, isOptional: true),
            ],
            rows: unexplained.map {
                [
                    .text($0.queryID), .number($0.sharePercent, fractionDigits: 1), .text($0.reason),
                    .optional($0.hint),
                    .optional($0.text),
                ]
            })
    }

    /// `120 INSERTs and 30 UPDATEs (98 % HOT) an hour; 4 indexes exist`
    private static func words(_ cost: IndexSuggestion.WriteCost) -> String {
        let updates =
            cost.updatesPerHour > 0
            ? " and \(number(cost.updatesPerHour, 0)) UPDATEs (\(number(cost.hotPercent, 0)) % HOT)" : ""
        return "\(number(cost.insertsPerHour, 0)) INSERTs\(updates) an hour; \(cost.indexes) indexes exist"
    }

    private static func number(_ value: Double, _ digits: Int) -> String {
        value.formatted(
            .number.grouping(.never).precision(.fractionLength(digits)).locale(Locale(identifier: "en_US_POSIX")))
    }
}
