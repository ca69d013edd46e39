import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition status`
package struct PartitionStatus: Verb {
    package static let declaration = Declaration(
        "partition status", "Show the partitions of tables with bounds, rows and sizes",
        discussion: """
            Rows are the planner's estimate, sizes those of the last VACUUM or ANALYZE: nothing but the catalog is read. \
            partition check shows problems and how to fix them.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("All tables that have a policy", "rssctl partition status"),
            .init("One table, for a script", "rssctl partition status visit_reports --output json"),
        ], exits: [.pending])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "The partitioned tables; by default all that have a policy.")
    var tables: [TableArgument] = []

    package init() {}

    package func execute(_ context: Context) async throws -> PartitionMap {
        let connection = try await context.connectPostgres(readOnly: true, lockTimeout: .seconds(1))
        let overview = try await PartitionSurveyor(connection).overview(
            context.resolve(tables, on: connection), defaultPremake: context.settings.integer(.partitionPremake) ?? 3,
            at: try await context.clock(connection).now)
        let bars = global.output == .table ? PartitionBars(environment: context.world.environment) : nil
        return PartitionMap(overview, bars: bars)
    }
}
