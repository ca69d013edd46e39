import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk mapping list`
package struct BulkMappingList: Verb {
    package static let declaration = Declaration(
        "bulk mapping list", "List the mappings that are saved", needs: [.settings, .postgres],
        examples: [.init("All of them", "rssctl bulk mapping list")])

    @OptionGroup package var global: GlobalOptions

    package init() {}

    package func execute(_ context: Context) async throws -> MappingList {
        let connection = try await context.connectPostgres(readOnly: true)
        let mappings = try await MappingStore(connection).list()
        return MappingList(mappings: mappings)
    }
}

/// The result of `bulk mapping list`, `save` and `remove`.
package struct MappingList: CommandResult {
    let mappings: [SavedMapping]
    /// What was done with them; nil where they are only listed.
    var change: String?
    var isDryRun = false

    private enum CodingKeys: CodingKey { case mappings, isDryRun }

    package var tables: [Table] {
        [
            Table(
                columns: [Column("mapping"), Column("object"), Column("header", isFlexible: true), Column("column")],
                rows: mappings.flatMap { mapping in
                    mapping.pairs.map { pair in
                        [
                            .text(mapping.name), .text(mapping.object), .text(pair.header),
                            pair.column.isEmpty ? .text("(ignored)") : .text(pair.column),
                        ]
                    }
                },
                notes: isDryRun ? ["Dry run: nothing was changed."] : change.map { ["The mapping was \($0)."] } ?? [],
                emptyMessage: "No mapping is saved.")
        ]
    }
}
