import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition undo`
package struct PartitionUndo: Verb {
    package static let declaration = Declaration(
        "partition undo", "Reattach a retired partition with its former bound",
        discussion: """
            Possible while the partition is in quarantine. It is not read for that: a constraint that was added when it was \
            retired matches its bound. After the drop, partition restore restores it from its archive.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("All retired partitions of a table", "rssctl partition undo visit_reports --dry-run"),
            .init("One of them", "rssctl partition undo visit_reports_2023_12"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partition, or a table for all its retired ones.")
    var partition: TableArgument

    @OptionGroup var locks: LockBudgetOption

    package init() {}

    package func execute(_ context: Context) async throws -> RetireReport {
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcomes = try await RetirementRun(
            connection, lockPolicy: locks.policy(context), runID: context.runID, progress: context.progress
        ).undo(context.resolve(partition, on: connection), isDryRun: context.isDryRun)
        return RetireReport(outcomes, isDryRun: context.isDryRun)
    }
}
