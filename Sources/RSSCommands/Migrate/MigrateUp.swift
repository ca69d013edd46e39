import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl migrate`
public struct MigrateUp: Verb {
    public static let declaration = Declaration(
        "migrate up", "Apply what is pending, statement by statement",
        discussion:
            "Each statement is run in a transaction wherever PostgreSQL allows it, and recorded in the same one. A run that was killed is simply run again: it goes on at its statement.",
        effect: .writes, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("Apply what is pending; nothing to do is no error", "rssctl migrate"),
            .init("What would be run", "rssctl migrate --dry-run"),
        ], exits: [.pending, .dataError, .tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    public var ownCarriedFlags: [(name: String, value: String?)] { source.carried }
    @OptionGroup var waits: MigrationWaitOptions

    @Flag(help: "Where visit_reports is still a plain table, convert it to a partitioned one first.")
    var convert = false

    public init() {}

    public func execute(_ context: Context) async throws -> MigrationReport {
        if context.isDryRun {
            let connection = try await context.connectPostgres(readOnly: true)
            try await source.reader(connection, context).refusePlainReports()
            let plan = try await source.reader(connection, context).plan()
            let report = try await MigrationReport(pending: plan, StatementPreview(connection))
            await connection.close()
            return report
        }
        let migrator = try await waits.migrator(source, context)
        if convert {
            _ = try await migrator.convertPlainReports(
                premake: context.settings.integer(.partitionPremake) ?? 3,
                at: context.heeding(try await migrator.clock()).now,
                observer: try context.postgresOptions(statementTimeout: .seconds(5), direct: true),
                progress: context.progress)
        } else {
            try await migrator.refusePlainReports()
        }
        let done = try await migrator.up(context.progress)
        let applied = try await migrator.plan().applied.count
        await migrator.close()
        if !done.isEmpty, source.directory == nil {
            context.progress(.note("Partitions are made by: rssctl partition maintain"))
        }
        return MigrationReport(applied: done, total: applied)
    }
}
