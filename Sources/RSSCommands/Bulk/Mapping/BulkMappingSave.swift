import ArgumentParser
import PostgresClient
import RSSCore
import RSSModel

/// `rssctl bulk mapping save`
public struct BulkMappingSave: Verb {
    public static let declaration = Declaration(
        "bulk mapping save", "Save under a name what the columns of files mean",
        discussion: """
            For files whose headers are not understood by themselves. The mapping is kept in the database, so that every host \
            has it; bulk import --map NAME uses it. Nothing behind the = passes over a column.
            """,
        effect: .writes, needs: [.settings, .postgres],
        examples: [
            .init(
                "The export of a German scanner",
                "rssctl bulk mapping save scanner hardware 'Gerät=device_name' 'Nr.=serial_number' 'Bemerkung='")
        ], exits: [.dataError, .permission])

    @OptionGroup public var global: GlobalOptions
    @OptionGroup var changes: ChangeOptions
    public var change: ChangeOptions? { changes }

    @Argument(help: "The name of the mapping.")
    var name: String

    @Argument(help: "What the files list: hardware, recycling.")
    var object: ImportObject

    @Argument(help: "Name in the header=column.")
    var pairs: [String]

    public init() {}

    public func validate() throws {
        if name.contains("=") || name.isEmpty { throw ValidationError("The name of a mapping has no = in it.") }
        if let wrong = pairs.first(where: { ColumnMapping.Pair($0) == nil }) {
            throw ValidationError("'\(wrong)' is no pair; write 'Name in the file=device_name'.")
        }
    }

    public func execute(_ context: Context) async throws -> MappingList {
        let connection = try await context.connectPostgres()
        let store = MappingStore(connection)
        let mapping = ColumnMapping(pairs.compactMap { ColumnMapping.Pair($0) })
        if !context.isDryRun { try await store.save(mapping, as: name, for: object.table) }
        let saved = try await store.list().filter { $0.name == name }
        await connection.close()
        return MappingList(mappings: saved, isDryRun: context.isDryRun)
    }
}
