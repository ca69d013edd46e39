import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition policy remove`
package struct PartitionPolicyRemove: Verb {
    package static let declaration = Declaration(
        "partition policy remove", "Remove the policies of tables; their partitions are kept",
        effect: .destroys, needs: [.settings, .postgres],
        examples: [.init("Back to the default policy", "rssctl partition policy remove visit_reports --yes")])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The tables.")
    var tables: [TableArgument]

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        "Remove the policies of \(tables.map(\.typed.quoted).joined(separator: ", "))? Their partitions are kept, and no longer maintained."
    }

    package func execute(_ context: Context) async throws -> PolicyReport {
        let connection = try await context.connectPostgres()
        let outcomes = try await PolicyKeeper(connection, runID: context.runID, isDryRun: context.isDryRun)
            .remove(context.resolve(tables, on: connection))
        return PolicyReport(outcomes, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
