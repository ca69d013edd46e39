import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl bulk mapping remove`
public struct BulkMappingRemove: Verb {
    public static let declaration = Declaration(
        "bulk mapping remove", "Forget a mapping", effect: .writes, needs: [.settings, .postgres],
        examples: [.init("One that is not used any more", "rssctl bulk mapping remove scanner")],
        exits: [.dataError, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The name of the mapping.")
    var name: String

    public init() {}

    public func execute(_ context: Context) async throws -> MappingList {
        let connection = try await context.connectPostgres()
        let store = MappingStore(connection)
        if !context.isDryRun { try await store.remove(name) }
        let left = try await store.list()
        await connection.close()
        return MappingList(mappings: left, isDryRun: context.isDryRun)
    }
}
