import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition abort`
package struct PartitionAbort: Verb {
    package static let declaration = Declaration(
        "partition abort", "Cancel a drain, split or merge in progress",
        discussion: """
            Drops the copies and the triggers. Once the new partitions are attached, the work cannot be cancelled, and the \
            command reports that.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("Work on a table; there is none", "rssctl partition abort visit_reports", exit: .failed)
        ],
        exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned table.")
    var table: TableArgument

    @Option(help: "Longest time to try for a lock.", transform: parseDuration)
    var lockBudget: Duration?

    package init() {}

    package func execute(_ context: Context) async throws -> ReshapeReport {
        var policy = LockPolicy(context.settings)
        if let lockBudget { policy.budget = lockBudget }
        let connection = try await context.connectPostgresDirectly(statementTimeout: .zero)
        let outcome = try await Reshape(connection, lockPolicy: policy, runID: context.runID).abort(
            context.resolve(table, on: connection), isDryRun: context.isDryRun, progress: context.progress)
        return ReshapeReport(outcome)
    }
}
