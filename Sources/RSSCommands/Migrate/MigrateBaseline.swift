import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate baseline`
package struct MigrateBaseline: Verb {
    package static let declaration = Declaration(
        "migrate baseline", "Mark the migrations up to a version as applied, without running them",
        discussion:
            "For a database whose schema was made before rssctl recorded its history. It must have no history yet.",
        effect: .writes, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "What would be recorded; fails here, where there is a history already",
                "rssctl migrate baseline 6 --dry-run", exit: .failed)
        ], exits: [.dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }
    @OptionGroup var waits: MigrationWaitOptions

    @Argument(help: "The newest version that the schema has.")
    var version: MigrationVersion

    package init() {}

    package func execute(_ context: Context) async throws -> MigrationReport {
        if context.isDryRun {
            let connection = try await context.connectPostgres(readOnly: true)
            let taken = try await source.reader(connection, context).baseline(version, isDryRun: true)
            return MigrationReport(amended: taken, isDryRun: true)
        }
        let migrator = try await waits.migrator(source, context)
        let taken = try await migrator.baseline(version, isDryRun: false)
        return MigrationReport(amended: taken, isDryRun: false)
    }
}
