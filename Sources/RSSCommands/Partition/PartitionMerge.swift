import ArgumentParser
import RSSCore
import RSSModel

/// `rssctl partition merge`
public struct PartitionMerge: Verb {
    public static let declaration = Declaration(
        "partition merge", "Put one partition in the place of several that lie side by side",
        discussion: "Readers and writers go on meanwhile, as with partition drain.",
        effect: .writes, lock: "partition", workHoldsLock: true, needs: [.settings, .postgres],
        examples: [
            .init(
                "Three months into a quarter",
                "rssctl partition merge events_2024_01 events_2024_02 events_2024_03")
        ], exits: [.tryAgain, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    @OptionGroup var reshape: ReshapeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The partitions, two or more.")
    var partitions: [TableArgument]

    public init() {}

    public func validate() throws {
        if partitions.count < 2 { throw ValidationError("Name two partitions or more.") }
    }

    public func execute(_ context: Context) async throws -> ReshapeReport {
        try await reshape.run(context, partitions) {
            try await $0.merge($1, $2, progress: context.progress)
        }
    }
}
