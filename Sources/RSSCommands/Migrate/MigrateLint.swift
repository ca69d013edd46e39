import ArgumentParser
import Console
import Foundation
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSSetup

/// `rssctl migrate lint`
package struct MigrateLint: Verb {
    package static let declaration = Declaration(
        "migrate lint", "Find what will fail, block others or lose data in migrations, before they are run",
        discussion: """
            Checks what is pending, or the files named. Each file is checked as if those before it had been applied and \
            their tables filled. --since and --base leave out what is old. With a database it knows tables, sizes, column \
            types and the server's version; without one, or with --offline, the rules that need them are blind, and are \
            reported so. A finding comes with SQL to write instead. A comment allows a statement a rule: \
            -- rssctl:allow RULE reason. Exit status 2 when there are warnings or errors, 65 when a file cannot be read \
            as SQL.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("The pending migrations, checked against the database", "rssctl migrate lint"),
            .init(
                "What a branch adds, without a database, as in CI",
                "rssctl migrate lint --offline --base origin/main --directory migrations", exit: .dataError),
            .init("The migrations after version 5", "rssctl migrate lint --offline --since 5"),
            .init("Beside the lines of a pull request", "rssctl migrate lint --offline --report github"),
        ], exits: [.findings, .dataError])

    /// The forms of other programs.
    enum Report: String, ExpressibleByArgument, CaseIterable, Sendable { case github, sarif }

    @OptionGroup package var global: GlobalOptions

    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }

    @Flag(help: "Read only the files, without a database; every file counts as pending.")
    var offline = false

    @Option(help: "Major version of the server that the files are for; without a database, where it is asked.")
    var serverVersion: Int?

    @Option(help: "Check only versions after this one.")
    var since: MigrationVersion?

    @Option(
        help: ArgumentHelp("Check only files that differ from this git commit, or are not in it.", valueName: "ref"))
    var base: String?

    @Option(help: "Annotations for GitHub's workflows, or SARIF 2.1.0 for code hosts, in place of tables.")
    var report: Report?

    @Argument(
        help: "Files to check, in the order in which they would be run.", completion: .file(extensions: ["sql"]))
    var files: [String] = []

    package init() {}

    package func validate() throws {
        if report != nil, global.output != .table {
            throw ValidationError("--report cannot be used with --output.")
        }
        if let serverVersion, !(14...99).contains(serverVersion) {
            throw ValidationError("--server-version is a major version of PostgreSQL, 14 or later.")
        }
        if since != nil, !files.isEmpty { throw ValidationError("--since is for a folder; name files without it.") }
        try LintInput.validate(files: files, directory: source.directory)
    }

    package func execute(_ context: Context) async throws -> LintReport {
        let origin = source.source(context)
        let all = try LintInput.source(files: files, origin)
        for notice in all.notices { context.progress(.note(notice)) }
        let commit: LintBase? = if let base { try await LintBase(base, of: all) } else { nil }
        var selection = LintSelection(all, since: since, base: commit, origin: origin, order: source.order)
        guard let connection = try await reachable(context) else {
            return LintReport(
                selection.lint(in: assumed), applied: 0, old: selection.old, report: report, isOffline: true)
        }
        let catalog = try await CatalogReader.read(connection)
        let applied = try await selection.leaveOutApplied(connection)
        var result = selection.lint(in: catalog)
        // A file that was applied made what exists now: checked against the catalog, it would seem to do so twice.
        if !files.isEmpty { result.add(Linter().lint(applied.read)) }
        return LintReport(result, applied: applied.count, old: selection.old, report: report, isOffline: false)
    }

    /// What is known without a database.
    private var assumed: CatalogSnapshot {
        var catalog = CatalogSnapshot.unknown
        if let serverVersion { catalog.serverVersion = serverVersion * 10_000 }
        return catalog
    }

    /// A session, where a database is configured.
    private func reachable(_ context: Context) async throws -> PostgresConnection? {
        if offline { return nil }
        func blind(_ error: any Error) -> PostgresConnection? {
            let reason = ErrorReport(describing: error).message
            context.progress(.warning("no database is read: \(reason)"))
            return nil
        }
        do {
            return try await context.connectPostgres(readOnly: true)
        } catch SettingsError.noDatabase {
            // One that is configured and does not answer is an error: whoever relies on the catalog must not pass with blind rules.
            return blind(SettingsError.noDatabase)
        } catch let error as SandboxError {
            return blind(error)
        } catch let error as UnreadableSandbox {
            return blind(error)
        }
    }
}

/// The files that a command is given.
enum LintInput {
    /// Refuses contradictory arguments.
    static func validate(files: [String], directory: String?) throws {
        if directory != nil, !files.isEmpty { throw ValidationError("a folder and files cannot be given together.") }
        for file in files {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), isFolder.boolValue {
                throw ValidationError("\(file) is a folder; name it with --directory \(file).")
            }
        }
    }

    /// Files, a folder, or rssctl's own migrations.
    static func source(files: [String], _ origin: MigrationSource) throws -> LintSource {
        guard files.isEmpty else {
            return LintSource(
                files: try files.map { (name: $0, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: $0)))) })
        }
        return try LintSource(origin)
    }
}
