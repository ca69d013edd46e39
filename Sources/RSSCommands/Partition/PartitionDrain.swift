import ArgumentParser
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition drain`
package struct PartitionDrain: Verb {
    package static let declaration = Declaration(
        "partition drain", "Move the rows of the default partition into partitions of their own",
        discussion: """
            The rows are copied aside while readers and writers go on, what changes meanwhile is brought after, and the new \
            partitions take their place in one short transaction: no row is ever invisible. Broken off, the same command \
            goes on where it was; partition abort takes all back.

            Cells far from now are left where they are, so that one row of the year 2097 does not bring a thousand \
            partitions; they are told. So are rows whose key is NULL.
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

    @Option(help: "How much one partition holds: hour, day, week, month, quarter, year or a number; else the policy's.")
    var interval: PartitionInterval?

    @Flag(help: "Take the rows of all cells, however far from now.")
    var all = false

    @Flag(help: "Drop the default partition if it comes out empty.")
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
