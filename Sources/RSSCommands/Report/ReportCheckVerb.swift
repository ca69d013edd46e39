import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSReport

/// `rssctl report check`
package struct ReportCheckVerb: Verb {
    package static let declaration = Declaration(
        "report check", "Check the function that the backend reads visit reports with",
        discussion: """
            Calls get_visit_reports_optimized, whichever the database has, and compares its answers with what rssctl finds in \
            the same snapshot: each of sixteen probes ends ok, with a finding that has the call, what it returned and what was \
            expected, or blind. Every call is a transaction that only reads, is bounded by --call-timeout, and is rolled back. A \
            function of a role with fewer rights than this session's is not called.

            With --scratch, what the reports of the database do not show is tried with reports made for it, on a database that is \
            made on the same server from the structure of this one, and dropped afterwards; it needs the right to create \
            databases, and pg_dump.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init(
                "The function of the database", "rssctl report check --fail-on warning"
            ),
            .init(
                "Every probe, on made reports where need be", "rssctl report check --scratch --all --fail-on warning"),
        ], exits: [.findings, .dataError])

    @OptionGroup package var global: GlobalOptions

    @Option(
        name: [.customLong("organization"), .customLong("org")],
        help: "Organization whose reports are asked for, by name or id; by default one with many.")
    var organization: String?

    @Option(help: "Longest time for a call.", transform: parseDuration)
    var callTimeout: Duration = .seconds(5)

    @Flag(help: "Try what the reports of the database do not show on a scratch database.")
    var scratch = false

    @OptionGroup var checks: CheckOptions

    package init() {}

    package func validate() throws {
        if callTimeout < .milliseconds(10) { throw ValidationError("--call-timeout is at least 10ms.") }
    }

    package func execute(_ context: Context) async throws -> ReportCheckReport {
        let list = try checks.ignoreList()
        let connection = try await context.connectPostgres(
            statementTimeout: callTimeout, readOnly: true, lockTimeout: .seconds(1))
        var reports = try await ReportFunctionCheck(
            connection, organization: organization, callTimeout: callTimeout
        ).run(context.progress)
        if scratch, reports.contains(where: { $0.outcome.unseen != nil }) {
            let others = try await ScratchReportCheck(callTimeout: callTimeout).run(connection, context)
            reports = zip(reports, others).map { $0.outcome.verdict == .blind ? $1 : $0 }
        }
        if list != nil {
            let today = try await context.clock(connection).today
            reports = CheckOptions.apply(list, to: reports, today: today, context.progress)
        }
        return ReportCheckReport(reports.map { CheckEntry($0) }, checks, isQuiet: global.quiet)
    }
}

/// The result of `report check`.
package struct ReportCheckReport: CommandResult {
    let checks: [CheckEntry]
    private let options: CheckOptions
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case checks }

    init(_ checks: [CheckEntry], _ options: CheckOptions, isQuiet: Bool) {
        self.checks = checks
        self.options = options
        self.isQuiet = isQuiet
    }

    package var exitStatus: ExitStatus { options.failOn.status(checks) }

    package var counts: [String: Int64] { CheckEntry.counts(checks) }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        return [
            CheckEntry.table(
                checks, showsOK: options.all, notes: [CheckEntry.summary(checks)], emptyMessage: "No findings.")
        ]
    }
}
