import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSReport

/// `rssctl report install`
package struct ReportInstallVerb: Verb {
    package static let declaration = Declaration(
        "report install", "Put rssctl's function in place of the one that the backend calls",
        discussion: """
            The function get_visit_reports_optimized is created as the migrations of rssctl have it, in the schema of the one \
            that it replaces, with the owner, the grants and the comment of that one, and the backend calls it at once. The one that \
            is replaced is kept on the server under the name rssctl_old_get_visit_reports_optimized, until rssctl report \
            uninstall puts it back. All is done in one transaction. Afterwards the function is checked as rssctl report check does.
            """,
        effect: .writes, lock: MigrationWaitOptions.lock, needs: [.settings, .postgres],
        examples: [
            .init("What it would do; nothing where it is installed", "rssctl report install --dry-run"),
            .init("Without asking", "rssctl report install --yes"),
        ], exits: [.findings, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let connection = try await context.connectPostgres(readOnly: true)
        let plan = try await ReportFunctionInstaller(context, connection, locks).installation()
        guard let old = plan.renamed.first else { return nil }
        return "Replace \(old.from) of role \(old.owner), which stays as \(old.to)?"
    }

    package func execute(_ context: Context) async throws -> ReportInstallReport {
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: context.isDryRun, direct: true)
        let installer = try ReportFunctionInstaller(context, connection, locks)
        let plan = try await installer.installation()
        for warning in plan.warnings { context.progress(.warning(warning)) }
        if context.isDryRun { return ReportInstallReport(plan, isDryRun: true) }
        try await installer.run(plan, context.progress)
        let session = try await context.connectPostgres(
            statementTimeout: .seconds(5), readOnly: true, lockTimeout: .seconds(1))
        let checks = try await ReportFunctionCheck(session).run(context.progress)
        return ReportInstallReport(plan, checks: checks.map { CheckEntry($0) })
    }
}

/// `rssctl report uninstall`
package struct ReportUninstallVerb: Verb {
    package static let declaration = Declaration(
        "report uninstall", "Put back the function that report install replaced",
        discussion: """
            The function of rssctl is dropped, and the one that was kept gets its name back; owner, grants and settings are as they \
            were. Where the function was changed since, nothing is done.
            """,
        effect: .writes, lock: MigrationWaitOptions.lock, needs: [.settings, .postgres],
        examples: [
            .init("Nothing was replaced: nothing is put back", "rssctl report uninstall --dry-run", exit: .failed)
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let connection = try await context.connectPostgres(readOnly: true)
        let plan = try await ReportFunctionInstaller(context, connection, locks).removal()
        return plan.renamed.first.map { "Drop rssctl's function and put back \($0.to) of role \($0.owner)?" }
    }

    package func execute(_ context: Context) async throws -> ReportInstallReport {
        let connection = try await context.connectPostgres(
            statementTimeout: .seconds(30), readOnly: context.isDryRun, direct: true)
        let installer = try ReportFunctionInstaller(context, connection, locks)
        let plan = try await installer.removal()
        if context.isDryRun { return ReportInstallReport(plan, isDryRun: true) }
        try await installer.run(plan, context.progress)
        return ReportInstallReport(plan)
    }
}

extension ReportFunctionInstaller {
    /// The installer of a verb.
    init(_ context: Context, _ connection: PostgresConnection, _ locks: LockBudgetOption) throws {
        self.init(connection, try .shipped(), lockPolicy: locks.policy(context))
    }
}

extension ReportFunctionDefinition {
    /// The function as the newest migration of rssctl that has it makes it.
    ///
    /// - Throws: `MigrateError`, ``ShippedFunctionMissing``.
    static func shipped() throws -> ReportFunctionDefinition {
        let statements = try MigrationSource.shipped.load().versioned.flatMap { try $0.script.statements.map(\.text) }
        let name = "FUNCTION \(ReportFunction.name)("
        guard let create = statements.last(where: { $0.hasPrefix("CREATE OR REPLACE \(name)") }),
            let comment = statements.last(where: { $0.hasPrefix("COMMENT ON \(name)") }),
            let definition = ReportFunctionDefinition(create: create, comment: comment)
        else { throw PostgresError(.unexpectedResult, "the shipped migrations have no \(ReportFunction.name)") }
        return definition
    }
}

/// The result of `report install` and `report uninstall`.
package struct ReportInstallReport: CommandResult {
    let function: String
    let state: Verdict
    let renamed: [ReportFunctionInstaller.Renamed]
    let statements: [String]
    let checks: [CheckEntry]?

    init(_ plan: ReportFunctionInstaller.Plan, isDryRun: Bool = false, checks: [CheckEntry]? = nil) {
        function = plan.function
        state = plan.isEmpty ? .ok : isDryRun ? .pending : .done
        renamed = plan.renamed
        statements = plan.isEmpty ? [] : ["BEGIN"] + plan.statements + ["COMMIT"]
        self.checks = checks
    }

    private var findings: [CheckEntry] { (checks ?? []).filter { !$0.findings.isEmpty } }

    /// What could not be seen after an installation is no reason to alarm: findings are.
    package var exitStatus: ExitStatus {
        findings.contains { $0.findings.contains { $0.severity != .info } } ? .findings : .done
    }

    package var counts: [String: Int64] {
        ["renamed": Int64(renamed.count), "findings": Int64(findings.reduce(0) { $0 + $1.findings.count })]
    }

    package var tables: [Table] {
        var notes = renamed.map {
            state == .pending ? "\($0.from) would become \($0.to)." : "\($0.from) is now \($0.to)."
        }
        if let checks { notes.append(CheckEntry.summary(checks)) }
        let main = Table(
            columns: [Column("function", isFlexible: true), Column("state")],
            rows: [[.text(function), .verdict(state)]], notes: notes)
        if state == .pending { return [main, Table(sql: statements)] }
        if findings.isEmpty { return [main] }
        return [main, CheckEntry.table(findings, showsOK: false, notes: [], emptyMessage: "No findings.")]
    }
}
