import ArgumentParser
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition drain`
package struct PartitionDrain: Verb {
    package static let declaration = Declaration(
        "partition drain", "Move the rows of the default partition into partitions of their own",
        discussion: """
            The rows are copied into separate tables without blocking readers and writers, changes meanwhile are applied \
            afterwards, and the new partitions are attached in one short transaction: no row is ever invisible. An \
            interrupted run is resumed by running the command again; partition abort cancels it.

            Rows far from now are left in the default partition, so that one row of the year 2097 does not create a thousand \
            partitions; they are reported. So are rows whose key is NULL.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("What it would run", "rssctl partition drain events --dry-run"),
            .init("By the table's policy", "rssctl partition drain events"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var reshape: ReshapeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned table.")
    var table: TableArgument

    @Option(help: "Range of one partition: hour, day, week, month, quarter, year or a number; else the policy's.")
    var interval: PartitionInterval?

    @Flag(help: "Move all rows, however far from now.")
    var all = false

    @Flag(help: "Drop the default partition if it is empty afterwards.")
    var dropDefault = false

    package init() {}

    package func execute(_ context: Context) async throws -> ReshapeReport {
        try await reshape.run(context, [table]) { reshape, tables, options in
            var options = options
            options.interval = interval
            options.takesAll = all
            options.dropsEmptyDefault = dropDefault
            return try await reshape.drain(tables[0], options, progress: context.progress)
        }
    }
}
