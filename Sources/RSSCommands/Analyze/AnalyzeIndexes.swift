import ArgumentParser
import PostgresClient
import RSSAnalyze
import RSSCore
import RSSModel

/// `rssctl analyze indexes`
package struct AnalyzeIndexes: Verb {
    package static let declaration = Declaration(
        "analyze indexes", "Suggest missing indexes, each proved by the planner",
        discussion: """
            Takes the statements that cost the most time, has the planner explain them with values from the statistics of their \
            columns, and tries indexes that exist for its own session alone (extension hypopg). An index is suggested where a \
            statement would cost at least five times as much without it. No statement is run, and nothing is changed. Statements that \
            could not be explained are listed with their share of the time. Needs the extensions pg_stat_statements and hypopg, \
            the rights of pg_monitor, and the right to read the tables.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The statements of the last hour", "rssctl analyze indexes", exit: .findings),
            .init(
                "The ten statements that took the most time, for a script",
                "rssctl analyze indexes --limit 10 --output json", exit: .findings),
        ], exits: [.findings])

    @OptionGroup package var global: GlobalOptions

    @Option(help: "Explain at most that many statements, those that took the most time.")
    var limit = 50

    @OptionGroup var window: WindowOptions

    package init() {}

    package func validate() throws {
        if !(1...500).contains(limit) { throw ValidationError("--limit is between 1 and 500.") }
    }

    package func execute(_ context: Context) async throws -> IndexAdviceReport {
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: true, lockTimeout: PerformanceAnalyzer.lockTimeout)
        let analyzer = PerformanceAnalyzer(connection)
        let schema: String
        switch try await IndexAdvisor.lookForExtension(connection) {
        case .installed(let found): schema = found
        case .missing(let reason, let hint): return .blind(reason: reason, hint: hint, isQuiet: global.quiet)
        }
        try await analyzer.requireStatements()
        let history = AnalyzeHistory(context)
        let judged = try await window.judged(analyzer, history, context.progress)
        let use = StatementUse.list(judged)
        let top = use.statements.filter { $0.milliseconds > 0 }.sorted {
            ($1.milliseconds, $0.queryID) < ($0.milliseconds, $1.queryID)
        }
        // Some of the first are our own or maintenance, which only their texts show.
        let worded = try await analyzer.worded(Array(top.prefix(limit + 40)))
        let planner = try await context.connectPostgresDirectly(statementTimeout: .seconds(5), readOnly: true)
        let path = try context.postgresOptions().session.userSearchPath
        let advisor = try await IndexAdvisor(connection, planner: planner, path: path, schema: schema)
        let advice = try await advisor.advise(
            Array(worded.prefix(limit)), of: use.milliseconds, context.progress)
        history.keep(judged.after, nil)
        return IndexAdviceReport(
            advice, since: use.since, until: judged.after.takenAt, milliseconds: use.milliseconds,
            isQuiet: global.quiet)
    }
}
