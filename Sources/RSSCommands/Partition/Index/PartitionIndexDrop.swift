import ArgumentParser
import Console
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition index drop`
package struct PartitionIndexDrop: Verb {
    package static let declaration = Declaration(
        "partition index drop", "Drop an index with its parts on all partitions",
        discussion: """
            PostgreSQL cannot drop such an index concurrently: it locks the table and every partition. It is done in one \
            short transaction, which is not begun while another session holds a conflicting lock, and is cancelled and \
            retried rather than let others wait behind it.
            """,
        effect: .destroys, needs: [.settings, .postgres],
        examples: [
            .init("What it would do", "rssctl partition index drop visit_reports_org_status_idx --dry-run"),
            .init("Without asking", "rssctl partition index drop visit_reports_org_status_idx --yes"),
        ], exits: [])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The index of a partitioned table.")
    var index: TableArgument

    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        let connection = try await context.connectPostgres(readOnly: true)
        let name = try await context.resolve(index, on: connection)
        let extent = try await PartitionIndexRun(context, connection, locks).extent(of: name)
        return
            "Drop \(name.quoted) with its parts on \(extent.partitions) partitions, \(Quantity.bytes(extent.bytes))?"
    }

    package func execute(_ context: Context) async throws -> PartitionIndexReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcome = try await PartitionIndexRun(context, connection, locks).drop(
            context.resolve(index, on: connection), progress: context.progress)
        return PartitionIndexReport(outcome, isDryRun: context.isDryRun, isQuiet: global.quiet)
    }
}
