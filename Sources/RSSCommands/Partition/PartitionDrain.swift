import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl partition drain`
public struct PartitionDrain: Verb {
    public static let declaration = Declaration(
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

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var reshape: ReshapeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The partitioned table.")
    var table: TableArgument

    @Option(help: "How much one partition holds: hour, day, week, month, quarter, year or a number; else the policy's.")
    var interval: PartitionInterval?

    @Flag(help: "Take the rows of all cells, however far from now.")
    var all = false

    @Flag(help: "Drop the default partition if it comes out empty.")
    var dropDefault = false

    public init() {}

    public func execute(_ context: Context) async throws -> ReshapeReport {
        try await reshape.run(context, [table]) { reshape, tables, options in
            var options = options
            options.interval = interval
            options.takesAll = all
            options.dropsEmptyDefault = dropDefault
            return try await reshape.drain(tables[0], options, progress: context.progress)
        }
    }
}
