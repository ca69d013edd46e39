import ArgumentParser
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk columns`
package struct BulkColumns: Verb {
    package static let declaration = Declaration(
        "bulk columns",
        "List the columns of a file, what each of them may hold, and by which other names it is understood",
        discussion: """
            The categories are those of the database. A value of a file that is another word for one of these is read with \
            --map-value, a name of a column with --map.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("What a hardware file may hold", "rssctl bulk columns hardware"),
            .init("The categories, for a script", "rssctl bulk columns hardware --output json"),
        ])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "What the file lists: hardware, recycling.")
    var object: ImportObject

    package init() {}

    package func execute(_ context: Context) async throws -> ColumnList {
        let connection = try await context.connectPostgres(readOnly: true)
        let categories = try await ImportCategories.names(connection)
        return ColumnList(object.table, categories: categories)
    }
}

/// The result of `bulk columns`.
package struct ColumnList: CommandResult {
    struct Entry: Encodable {
        let column: String
        let isRequired: Bool
        let holds: String
        /// The only values that it may hold; nil where any of its type will do.
        let values: [String]?
        let otherNames: [String]
    }

    let object: String
    let columns: [Entry]

    init(_ table: ImportTable, categories: [String]) {
        object = table.object
        columns = table.columns.map { column in
            let values: [String]? =
                switch column.type {
                case .word(let words): words
                case .name: categories
                default: nil
                }
            return Entry(
                column: column.name, isRequired: column.isRequired,
                holds: values?.joined(separator: ", ") ?? ImportTemplate.note(column), values: values,
                otherNames: column.aliases)
        }
    }

    package var tables: [Table] {
        [
            Table(
                columns: [
                    Column("column"), Column("required"), Column("holds", isFlexible: true),
                    Column("other_names", header: "other names", isFlexible: true, isOptional: true),
                ],
                rows: columns.map {
                    [
                        .text($0.column), .text($0.isRequired ? "yes" : "no"), .text($0.holds),
                        .text($0.otherNames.joined(separator: ", ")),
                    ]
                })
        ]
    }
}
