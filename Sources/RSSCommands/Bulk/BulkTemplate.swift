import ArgumentParser
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk template`
package struct BulkTemplate: Verb {
    package static let declaration = Declaration(
        "bulk template", "Write an empty file to be filled in, with notes on each column",
        discussion: """
            The first line has the names of the columns, the second says what each of them holds. The import skips the \
            notes, so they may stay.
            """,
        examples: [
            .init(
                "To be filled in with a spreadsheet", "rssctl bulk template hardware --to hardware.csv --excel --force"),
            .init("A workbook", "rssctl bulk template hardware --to hardware.xlsx --force"),
            .init("The columns of recycling records", "rssctl bulk template recycling"),
        ], exits: [.cannotWrite])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "What is to be listed: hardware, recycling.")
    var object: ImportObject

    @Option(
        help: ArgumentHelp("The file, .csv or .xlsx; CSV on stdout unless given.", valueName: "file"),
        completion: .file(extensions: ["csv"]))
    var to: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Flag(help: "As Excel in Europe opens it: semicolons, CRLF, a byte order mark.")
    var excel = false

    package init() {}

    package func execute(_ context: Context) async throws -> TemplateReport {
        if let to, to.lowercased().hasSuffix(".xlsx") {
            try ImportTemplate(object.table).write(workbook: to, replaces: force)
            return TemplateReport(object: object.rawValue, file: to, text: nil)
        }
        let bytes = try ImportTemplate(object.table).csv(excel ? .excel : .plain)
        guard let to else {
            return TemplateReport(object: object.rawValue, file: nil, text: String(decoding: bytes, as: UTF8.self))
        }
        let file = try ExportFile(to, replaces: force)
        try file.write(bytes)
        try file.publish()
        return TemplateReport(object: object.rawValue, file: to, text: nil)
    }
}

/// The result of `bulk template`.
package struct TemplateReport: CommandResult {
    let object: String
    let file: String?
    let text: String?

    package var document: String? { text }

    package var tables: [Table] {
        guard let text else { return [Table(columns: [Column("file")], rows: [[.optional(file)]])] }
        return [Table(columns: [Column("text")], rows: [[.text(text)]])]
    }
}
