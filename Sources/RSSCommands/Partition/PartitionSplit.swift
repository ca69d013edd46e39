import ArgumentParser
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition split`
package struct PartitionSplit: Verb {
    package static let declaration = Declaration(
        "partition split", "Replace a partition by several shorter ones",
        discussion: """
            Readers and writers are not blocked, as with partition drain. The parts are aligned to the time zone of the table's \
            policy. An open end, FROM (MINVALUE) or TO (MAXVALUE), is divided as far as there are rows.
            """,
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init("What it would run", "rssctl partition split visit_reports_2024_02 --into week --dry-run"),
            .init("A busy month into weeks", "rssctl partition split visit_reports_2024_02 --into week"),
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var reshape: ReshapeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partition.")
    var partition: TableArgument

    @Option(help: "Range of one part: hour, day, week, month, quarter, year or a number.")
    var into: PartitionInterval

    package init() {}

    package func execute(_ context: Context) async throws -> ReshapeReport {
        try await reshape.run(context, [partition]) { reshape, partitions, options in
            var options = options
            options.interval = into
            return try await reshape.split(partitions[0], options, progress: context.progress)
        }
    }
}
