import ArgumentParser
import Foundation
import PostgresClient
import RSSAnalyze
import RSSCore
import RSSModel

/// By what statements are ordered.
enum StatementOrder: String, CaseIterable, ExpressibleByArgument, Encodable {
    case time, mean, calls, rows, reads, temp, wal

    /// The value of a statement.
    func value(_ statement: StatementUse) -> Double {
        switch self {
        case .time: statement.milliseconds
        case .mean: statement.meanMilliseconds
        case .calls: statement.calls
        case .rows: statement.rows
        case .reads: statement.readBytes
        case .temp: statement.temporaryBytes
        case .wal: statement.walBytes
        }
    }
}

/// `rssctl analyze statements`
package struct AnalyzeStatements: Verb {
    package static let declaration = Declaration(
        "analyze statements", "List the statements that cost the most in a window of time",
        discussion: """
            Needs the extension pg_stat_statements and the rights of pg_monitor. The window begins with the first run of rssctl \
            analyze on this machine within --since; without one, with the last reset of the statistics. The texts are fetched for the \
            statements that are listed alone.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The statements that took the most time", "rssctl analyze statements"),
            .init("The five that write the most WAL", "rssctl analyze statements --by wal --limit 5"),
            .init("Of the next two seconds", "rssctl analyze statements --for 2s --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "What they are ordered by: time, mean, calls, rows, reads, temp or wal.")
    var by: StatementOrder = .time

    @Option(help: "At most that many.")
    var limit = 20

    @OptionGroup var window: WindowOptions

    package init() {}

    package func validate() throws {
        if !(1...500).contains(limit) { throw ValidationError("--limit is between 1 and 500.") }
    }

    package func execute(_ context: Context) async throws -> StatementList {
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: true, lockTimeout: PerformanceAnalyzer.lockTimeout)
        let analyzer = PerformanceAnalyzer(connection)
        try await analyzer.requireStatements()
        let history = AnalyzeHistory(context)
        let judged = try await window.judged(analyzer, history, context.progress)
        let use = StatementUse.list(judged)
        let order = by
        let top = use.statements.filter { order.value($0) > 0 }.sorted {
            (order.value($1), $0.queryID) < (order.value($0), $1.queryID)
        }
        // Some of the first are our own or maintenance, which only their texts show.
        let worded = try await analyzer.worded(Array(top.prefix(limit + 40)))
        history.keep(judged.after, nil)
        return StatementList(
            since: use.since, until: judged.after.takenAt, orderedBy: by, milliseconds: use.milliseconds,
            statements: Array(worded.prefix(limit)))
    }
}

/// The result of `analyze statements`.
package struct StatementList: CommandResult {
    /// Since when it was counted; nil where that is not known.
    let since: Date?
    let until: Date
    let orderedBy: StatementOrder
    /// The time of all statements in the window, listed or not.
    let milliseconds: Double
    let statements: [StatementUse]

    package var tables: [Table] {
        let span =
            since.map { "in \(Int(max(until.timeIntervalSince($0), 1))) s" }
            ?? "since the statistics were reset"
        return [
            Table(
                columns: [
                    Column("queryid"), .number("calls"), .number("total_ms"),
                    .number("share_percent", header: "share %"),
                    .number("mean_ms"), .number("rows", isOptional: true),
                    .number("read_bytes", header: "read"),
                    .number("temp_bytes", header: "temp"), .number("wal_bytes", header: "wal"),
                    Column("statement", isFlexible: true),
                ],
                rows: statements.map { use in
                    [
                        .text(use.queryID), .count(Int64(use.calls)),
                        .number(use.milliseconds, fractionDigits: 1),
                        .number(
                            milliseconds > 0 ? 100 * use.milliseconds / milliseconds : 0, fractionDigits: 1),
                        .number(use.meanMilliseconds, fractionDigits: 2), .count(Int64(use.rows)),
                        .bytes(Int64(use.readBytes)), .bytes(Int64(use.temporaryBytes)),
                        .bytes(Int64(use.walBytes)),
                        .text(use.text ?? ""),
                    ]
                }, notes: ["All statements together took \(Int(milliseconds)) ms \(span)."],
                emptyMessage: milliseconds > 0
                    ? "No statement was run but those of maintenance and monitoring." : "No statement was run.")
        ]
    }
}
