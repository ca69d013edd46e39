import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition index reindex`
package struct PartitionIndexReindex: Verb {
    package static let declaration = Declaration(
        "partition index reindex", "Rebuild an index, or all of a table, partition by partition",
        discussion: """
            Each part is rebuilt with REINDEX CONCURRENTLY: readers and writers are not blocked. Invalid copies that an \
            interrupted rebuild has left are dropped first. An interrupted run resumes after the last part that it rebuilt.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init("One index on all partitions", "rssctl partition index reindex idx_visit_reports_org_date"),
            .init("All indexes of a table; shown only", "rssctl partition index reindex visit_reports --dry-run"),
        ], exits: [.findings])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: ArgumentHelp("An index of a partitioned table, or the table for all.", valueName: "index"))
    var target: TableArgument

    @Flag(help: "Begin with the first part, even if a run was interrupted.")
    var restart = false

    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func execute(_ context: Context) async throws -> PartitionIndexReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcome = try await PartitionIndexRun(context, connection, locks).reindex(
            context.resolve(target, on: connection), restarts: restart, progress: context.progress)
        return PartitionIndexReport(outcome, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
