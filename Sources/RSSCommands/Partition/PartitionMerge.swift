import ArgumentParser
import RSSCore
import RSSModel
import RSSPartition

/// `rssctl partition merge`
package struct PartitionMerge: Verb {
    package static let declaration = Declaration(
        "partition merge", "Replace several adjacent partitions by one",
        discussion: "Readers and writers are not blocked, as with partition drain.",
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "Three months into a quarter",
                "rssctl partition merge events_2024_01 events_2024_02 events_2024_03")
        ], exits: [.tryAgain, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var reshape: ReshapeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The partitions, two or more.")
    var partitions: [TableArgument]

    package init() {}

    package func validate() throws {
        if partitions.count < 2 { throw ValidationError("Name two partitions or more.") }
    }

    package func execute(_ context: Context) async throws -> ReshapeReport {
        try await reshape.run(context, partitions) {
            try await $0.merge($1, $2, progress: context.progress)
        }
    }
}
