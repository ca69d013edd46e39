import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk mapping remove`
package struct BulkMappingRemove: Verb {
    package static let declaration = Declaration(
        "bulk mapping remove", "Remove a saved mapping", effect: .destroys, needs: [.settings, .postgres],
        examples: [.init("A mapping that is not used any more", "rssctl bulk mapping remove scanner --yes")],
        exits: [.dataError, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The name of the mapping.")
    var name: String

    package init() {}

    package func question(_ context: Context) async throws -> String? {
        "Remove the mapping '\(name)', for every host?"
    }

    package func execute(_ context: Context) async throws -> MappingList {
        let connection = try await context.connectPostgres()
        let store = MappingStore(connection)
        let removed = try await store.list().filter { $0.name == name }
        if !context.isDryRun || removed.isEmpty { try await store.remove(name) }
        return MappingList(mappings: removed, change: "removed", isDryRun: context.isDryRun)
    }
}
