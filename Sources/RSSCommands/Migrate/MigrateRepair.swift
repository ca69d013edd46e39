import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate repair`
package struct MigrateRepair: Verb {
    package static let declaration = Declaration(
        "migrate repair", "Accept a migration's file that was changed after it had been applied",
        discussion:
            "Records the current file as the one that was applied, and updates the history. Nothing is run. The reason is recorded in the journal and in rssctl.operation. An interrupted run needs no repair: run rssctl migrate again.",
        effect: .writes, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "Show what would be recorded",
                "rssctl migrate repair --accept 6 --reason 'a misspelt literal was fixed' --dry-run")
        ], exits: [.dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }
    @OptionGroup var waits: MigrationWaitOptions

    @Option(help: ArgumentHelp("The version whose file is to be accepted.", valueName: "version"))
    var accept: MigrationVersion

    @Option(help: "Reason for accepting it; it is recorded.")
    var reason: String

    package init() {}

    package func validate() throws {
        if reason.allSatisfy(\.isWhitespace) { throw ValidationError("--reason must not be empty.") }
    }

    package func execute(_ context: Context) async throws -> MigrationReport {
        if context.isDryRun {
            let connection = try await context.connectPostgres(readOnly: true)
            let migration = try await source.reader(connection, context).accept(
                accept, reason: reason, isDryRun: true)
            return MigrationReport(amended: [migration], isDryRun: true)
        }
        let migrator = try await waits.migrator(source, context)
        let migration = try await migrator.accept(accept, reason: reason, isDryRun: false)
        context.progress(.done("Accepted \(migration.file) as it is: \(reason)"))
        return MigrationReport(amended: [migration], isDryRun: false)
    }
}
