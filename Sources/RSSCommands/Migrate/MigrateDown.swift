import ArgumentParser
import PostgresClient
import RSSCore
import RSSMigrate
import RSSModel

/// `rssctl migrate down`
package struct MigrateDown: Verb {
    package static let declaration = Declaration(
        "migrate down", "Revert migrations, by their down files",
        discussion:
            "Reverts the newest migration, or with --to all that are newer than a version. What a down file drops is lost with its rows. Run rssctl migrate verify --round-trip before: it tests the files.",
        effect: .destroys, lock: MigrationWaitOptions.lock, workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("What would be run to revert the newest", "rssctl migrate down --dry-run"),
            .init("Back to version 5, without asking", "rssctl migrate down --to 5 --yes"),
        ], exits: [.pending, .dataError, .tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }
    @OptionGroup var source: MigrationSourceOptions
    package var ownCarriedFlags: [(name: String, value: String?)] { source.carried }
    @OptionGroup var waits: MigrationWaitOptions

    @Option(help: "The version to revert to; 0 reverts everything.")
    var to: MigrationVersion?

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let connection = try await context.connectPostgres(readOnly: true)
        let back = try await source.reader(connection, context).planDown(to: to)
        guard !back.isEmpty else { return nil }
        return "Revert \(back.map(\.file).joined(separator: ", ")), with the rows of what they made?"
    }

    package func execute(_ context: Context) async throws -> MigrationReport {
        if context.isDryRun {
            let connection = try await context.connectPostgres(readOnly: true)
            let back = try await source.reader(connection, context).planDown(to: to)
            let report = try await MigrationReport(toRevert: back, StatementPreview(connection))
            return report
        }
        let migrator = try await waits.migrator(source, context)
        let done = try await migrator.down(try await migrator.planDown(to: to), context.progress)
        return MigrationReport(reverted: done)
    }
}
