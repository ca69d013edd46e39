import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel
import RSSSetup

/// `rssctl migrate`
package struct MigrateUp: Verb {
    package static let declaration = Declaration(
        "migrate up", "Apply what is pending, statement by statement",
        discussion:
            "Each statement is run in a transaction wherever PostgreSQL allows it, and recorded in the same one. After an interrupted run, run it again: it resumes at its statement. A database that has tables and no history of migrations is migrated only after confirmation.",
        effect: .writes, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("Apply what is pending; nothing to do is not an error", "rssctl migrate"),
            .init("What would be run", "rssctl migrate --dry-run"),
            .init("Up to a version, before a change that breaks old programs", "rssctl migrate up --to 5"),
        ], exits: [.pending, .dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }
    @OptionGroup var waits: MigrationWaitOptions

    @Flag(help: "Where visit_reports is still a plain table, convert it to a partitioned one first.")
    var convert = false

    @Option(help: "The last version to apply.")
    var to: MigrationVersion?

    @Flag(help: "Refuse unless exactly one migration is pending.")
    var expectOne = false

    @Flag(help: "Refuse when the schema has drifted since the last migration.")
    var checkDrift = false

    package init() {}

    /// The part of a plan that was asked for.
    private func choose(_ plan: MigrationPlan) throws -> MigrationPlan {
        let part = try to.map { try plan.upTo($0) } ?? plan
        if expectOne { try part.requireOne() }
        return part
    }

    /// Asks before a database is migrated whose tables no migration made.
    private func agree(_ migrator: Migrator, _ context: Context) async throws -> Bool {
        if convert || changes.yes { return true }
        do {
            try await migrator.refuseForeignTables()
            return true
        } catch let error as MigrateError {
            guard context.console.input.isTTY else { throw error }
            let place = context.serverNames.map { "On \($0): " } ?? ""
            return try Prompt(context.console).confirm("\(place)\(error.report.message). Migrate it anyway?")
        }
    }

    package func execute(_ context: Context) async throws -> MigrationReport {
        if context.isDryRun {
            let connection = try await context.connectPostgres(readOnly: true)
            try await source.reader(connection, context).refusePlainReports()
            if checkDrift { try await source.reader(connection, context).refuseDrift() }
            let plan = try choose(try await source.reader(connection, context).plan())
            let report = try await MigrationReport(pending: plan, StatementPreview(connection))
            return report
        }
        let migrator = try await waits.migrator(source, context)
        if !convert { try await migrator.refusePlainReports() }
        guard try await agree(migrator, context) else {
            let left = try await migrator.plan().pending.count
            return MigrationReport(applied: [], total: 0, left: left)
        }
        if checkDrift { try await migrator.refuseDrift() }
        if convert {
            _ = try await migrator.convertPlainReports(
                premake: context.settings.integer(.partitionPremake) ?? 3,
                at: context.heeding(try await migrator.clock()).now,
                observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true),
                progress: context.progress)
        }
        let done = try await migrator.up(context.progress, choose: choose)
        let plan = try await migrator.plan()
        if !done.isEmpty, source.source(context).hasShipped {
            context.progress(.note("Partitions are made by: rssctl partition maintain"))
        }
        return MigrationReport(applied: done, total: plan.applied.count, left: plan.pending.count)
    }
}
