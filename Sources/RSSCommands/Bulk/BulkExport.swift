import ArgumentParser
import Console
import Foundation
import PostgresClient
import RSSBulk
import RSSCore
import RSSModel

/// `rssctl bulk export`
package struct BulkExport: Verb {
    package static let declaration = Declaration(
        "bulk export", "Write rows as a file that bulk import reads without a change",
        discussion: """
            The columns are those of the import, visit reports by their numbers, categories by their names. Imported as it is, \
            the file changes nothing; edited, it changes what was edited. With --with-id the rows can be named in bulk update \
            and bulk delete whatever their keys.
            """,
        needs: [.settings, .postgres],
        examples: [
            .init("Everything, to a file", "rssctl bulk export hardware --to hardware.csv --force"),
            .init("A workbook", "rssctl bulk export hardware --to hardware.xlsx --force"),
            .init("The devices of one report, for a spreadsheet", "rssctl bulk export hardware --visit latest --excel"),
            .init(
                "The laptops with status disposed", "rssctl bulk export hardware --status disposed --category Laptop"),
        ], exits: [.dataError, .cannotWrite, .permission])

    @OptionGroup package var global: GlobalOptions

    @Argument(help: "What is exported: hardware, recycling.")
    var object: ImportObject

    @Option(
        help: ArgumentHelp("The file, .csv or .xlsx; CSV on stdout unless given.", valueName: "file"),
        completion: .file(extensions: ["csv", "xlsx"]))
    var to: String?

    @Flag(help: "Replace the file if it exists.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "Rows of this visit report: its number or id, or latest for the newest.", valueName: "report"))
    var visit: String?

    @Option(help: ArgumentHelp("Rows of this category.", valueName: "name"))
    var category: String?

    @Option(help: ArgumentHelp("Rows with this status.", valueName: "word"))
    var status: String?

    @Option(help: "Rows changed within this time, for example 7d.", transform: parseDuration)
    var since: Duration?

    @Flag(help: "With the id of each row in front.")
    var withID = false

    @Flag(help: "As Excel in Europe opens it: semicolons, CRLF, a byte order mark.")
    var excel = false

    package init() {}

    package func validate() throws {
        // The export is the output: a report of it there would make two documents of one.
        if to == nil, ![.table, .csv].contains(global.output) {
            throw ValidationError(
                "without --to the export itself is written to stdout, as CSV; --output \(global.output.rawValue) needs --to"
            )
        }
    }

    package func execute(_ context: Context) async throws -> ExportReport {
        var filter = ExportFilter()
        filter.visit = visit
        filter.category = category
        filter.status = status
        let sink = context.console.output.sink
        let connection = try await context.connectPostgres(statementTimeout: .zero, readOnly: true)
        if let since {
            let now = try await context.clock(connection).now
            filter.since = now.addingTimeInterval(-Double(since.components.seconds))
        }
        let exporter = BulkExporter(connection, progress: context.progress)
        let rows: Int
        if let to, to.lowercased().hasSuffix(".xlsx") {
            rows = try await exporter.run(object.table, filter, workbook: to, replaces: force, hasID: withID)
        } else {
            let file = try to.map { try ExportFile($0, replaces: force) }
            rows = try await exporter.run(object.table, filter, form: excel ? .excel : .plain, hasID: withID) { bytes in
                if let file { try file.write(bytes) } else { try sink.write(bytes) }
            }
            try file?.publish()
        }
        return ExportReport(object: object.rawValue, file: to, rows: rows)
    }
}

/// The result of `bulk export`.
package struct ExportReport: CommandResult {
    let object: String
    let file: String?
    let rows: Int

    package var counts: [String: Int64] { ["rows": Int64(rows)] }

    /// Stdout holds the export itself.
    package var document: String? { file == nil ? "" : nil }

    package var tables: [Table] {
        if file == nil { return [] }
        return [Table(columns: [Column("file"), .number("rows")], rows: [[.optional(file), .count(rows)]])]
    }
}
