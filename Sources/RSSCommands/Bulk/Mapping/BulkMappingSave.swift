import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk mapping save`
package struct BulkMappingSave: Verb {
    package static let declaration = Declaration(
        "bulk mapping save", "Save a mapping of the columns of files under a name",
        discussion: """
            For files whose headers are not understood by themselves. The mapping is kept in the database, so that every host \
            has it; bulk import --map NAME uses it. Nothing after the = ignores a column. A name that is taken is refused \
            without --replace.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init(
                "The export of a German scanner",
                "rssctl bulk mapping save scanner hardware 'Gerät=device_name' 'Nr.=serial_number' 'Bemerkung='")
        ], exits: [.dataError, .permission])

    @OptionGroup package var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    package var change: ChangeOptions? { changes }

    @Argument(help: "The name of the mapping.")
    var name: String

    @Argument(help: "What the files list: hardware, recycling.")
    var object: ImportObject

    @Argument(help: "Name in the header=column.")
    var pairs: [String]

    @Flag(help: "Replace a mapping of the same name.")
    var replace = false

    package init() {}

    package func validate() throws {
        if name.contains("=") || name.isEmpty { throw ValidationError("The name of a mapping must not contain =.") }
        if let wrong = pairs.first(where: { ColumnMapping.Pair($0) == nil }) {
            throw ValidationError("'\(wrong)' is not a pair; write 'Name in the file=device_name'.")
        }
    }

    package func execute(_ context: Context) async throws -> MappingList {
        let connection = try await context.connectPostgres()
        let store = MappingStore(connection)
        let mapping = ColumnMapping(pairs.compactMap { ColumnMapping.Pair($0) })
        let replaced = try await store.list().contains { $0.name == name }
        try await store.save(
            mapping, as: name, for: object.table, replaces: replace, isDryRun: context.isDryRun)
        let saved = try await store.list().filter { $0.name == name }
        return MappingList(mappings: saved, change: replaced ? "replaced" : "saved", isDryRun: context.isDryRun)
    }
}
