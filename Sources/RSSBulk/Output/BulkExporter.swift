import CSV
import Foundation
import PostgresClient
import RSSCore
import RSSModel
import Spreadsheet

/// How a file is written.
package enum ExportForm: Sendable {
    /// Commas, LF, UTF-8.
    case plain
    /// As Excel in Europe opens it: semicolons, CRLF, a byte order mark.
    case excel

    var dialect: Dialect { Dialect(delimiter: self == .excel ? UInt8(ascii: ";") : UInt8(ascii: ",")) }
    var lineEnding: LineEnding { self == .excel ? .crlf : .lf }
    var mark: [UInt8] { self == .excel ? [0xEF, 0xBB, 0xBF] : [] }
}

/// Which rows are exported; of several conditions, all must hold.
package struct ExportFilter: Sendable, Equatable {
    /// Number or id of the visit report; `latest` for the newest.
    package var visit: String?
    /// Name of the category.
    package var category: String?
    /// A word of the status.
    package var status: String?
    /// Changed at or after this time.
    package var since: Date?

    /// A filter that all rows match.
    package init() {}
}

/// Writes rows of a table as a file that `bulk import` reads as it is, without a change.
package struct BulkExporter: Sendable {
    private let connection: PostgresConnection
    private let progress: ProgressReporter

    /// Makes an exporter, on a session that is not used for anything else meanwhile.
    package init(_ connection: PostgresConnection, progress: ProgressReporter) {
        self.connection = connection
        self.progress = progress
    }

    /// Writes the rows that match a filter as CSV.
    ///
    /// - Parameters:
    ///   - hasID: with the id of each row in front, for `bulk update` and `bulk delete`.
    ///   - write: takes the file, piece by piece.
    /// - Returns: the number of rows.
    /// - Throws: ``ImportError``, `PostgresError`, `CancellationError`, what writing throws.
    package func run(
        _ table: ImportTable, _ filter: ExportFilter = ExportFilter(), form: ExportForm = .plain, hasID: Bool = false,
        write: @escaping ([UInt8]) throws -> Void
    ) async throws -> Int {
        if !form.mark.isEmpty { try write(form.mark) }
        var writer = RecordWriter(form.dialect, lineEnding: form.lineEnding, capacity: 256 << 10, sink: write)
        let columns = (hasID ? ["id"] : []) + table.columns.map(\.name)
        try writer.write(columns)
        let rows = try await rows(table, filter, hasID: hasID, form) { texts in
            try writer.write(texts.map { $0.map(SpreadsheetSafety.disarmed) })
        }
        try writer.flush()
        return rows
    }

    /// Writes the same rows into a workbook.
    ///
    /// - Parameter replaces: whether an existing file is replaced.
    /// - Returns: the number of rows.
    /// - Throws: ``ImportError``, ``SpreadsheetError``, `PostgresError`, `CancellationError`.
    package func run(
        _ table: ImportTable, _ filter: ExportFilter = ExportFilter(), workbook path: String, replaces: Bool,
        hasID: Bool = false
    ) async throws -> Int {
        try DraftFile.check(path, replaces: replaces)
        let kinds = (hasID ? [SpreadsheetColumn.Kind.text] : []) + table.columns.map(\.type.spreadsheetKind)
        let names = (hasID ? ["id"] : []) + table.columns.map(\.name)
        let writer = try SpreadsheetWriter(
            path, sheet: table.object, columns: zip(names, kinds).map { SpreadsheetColumn($0, $1) },
            replaces: replaces)
        let rows = try await rows(table, filter, hasID: hasID, .plain) { texts in
            try writer.write(zip(texts, kinds).map { SpreadsheetCell($0, $1) })
        }
        try writer.finish()
        return rows
    }

    private func rows(
        _ table: ImportTable, _ filter: ExportFilter, hasID: Bool, _ form: ExportForm,
        _ body: ([String?]) throws -> Void
    ) async throws -> Int {
        let tables = try await ApplicationTables(connection)
        try await connection.refuseForeignCode(.reading, in: tables)
        let visit = try await visit(filter, tables)
        let category = try await category(filter, tables)
        let status = try status(filter, table)
        let width = table.columns.count + (hasID ? 1 : 0)
        var rows = 0
        var unlike = ExportLosses(table, first: hasID ? 1 : 0)
        try await progress.phase("export", unit: .rows) {
            try await connection.stream(
                tables.sql(Self.statement(table, hasID: hasID, form)),
                [visit, category, status, filter.since]
            ) { stream in
                for try await row in stream {
                    let texts = (0..<width).map { row.text(at: $0) }
                    rows += 1
                    unlike.add(texts)
                    try body(texts)
                    if rows.isMultiple(of: 10_000) { progress(.advanced(to: Int64(rows), rejected: 0)) }
                }
            }
        }
        if let words = unlike.words { progress(.warning(words)) }
        // An empty export is easily taken for a full one.
        if rows == 0, filter != ExportFilter() {
            progress(.warning("no row matches the filter; the export contains only the header"))
        }
        return rows
    }

    private func visit(_ filter: ExportFilter, _ tables: ApplicationTables) async throws -> UUID? {
        guard let name = filter.visit else { return nil }
        return try await ReferenceResolver(connection, tables).visit(name).id
    }

    /// The category of a filter, by its name or id as an import takes it.
    private func category(_ filter: ExportFilter, _ tables: ApplicationTables) async throws -> UUID? {
        guard let name = filter.category else { return nil }
        let entries = try await connection.query(tables.sql(PackageResources.bulk_categories_sql)).map { row in
            let (id, name) = try row.decode(UUID.self, String.self)
            return (name: name, id: id)
        }
        let names = LoadedNames(entries)
        switch names.match(name) {
        case .id(let id): return id
        case .ambiguous: throw ImportError.unknownFilter("--category", name, "Several categories differ only in case.")
        case .unknown(let suggestion):
            throw ImportError.unknownFilter(
                "--category", name,
                "The category does not exist\(Suggestion.words(suggestion)). The categories are \(names.sorted.joined(separator: ", "))."
            )
        }
    }

    /// The status of a filter, as an import takes it.
    private func status(_ filter: ExportFilter, _ table: ImportTable) throws(ImportError) -> String? {
        guard let text = filter.status else { return nil }
        guard let column = table.columns.first(where: { $0.target == "status" }), case .word(let words) = column.type
        else {
            throw .unknownFilter("--status", text, "The table \(table.table) has no status.")
        }
        let word = text.lowercased().replacing(" ", with: "_").replacing("-", with: "_")
        guard words.contains(word) else {
            throw .unknownFilter(
                "--status", text,
                "The valid values are \(words.joined(separator: ", "))\(Suggestion.words(Suggestion.nearest(word, words.sorted())))."
            )
        }
        return word
    }

    /// The rows, each value as a text that the import reads as the same value.
    static func statement(_ table: ImportTable, hasID: Bool, _ form: ExportForm = .plain) -> String {
        let values = table.columns.map { column in
            switch column.type {
            case .reference: "k.report_number"
            case .name: "c.name"
            // In a file with semicolons a comma is the decimal one.
            case .numeric where form.dialect.delimiter == UInt8(ascii: ";"):
                "replace(t.\(column.target)::text, '.', ',')"
            default: "t.\(column.target)::text"
            }
        }
        let status = table.columns.contains { $0.target == "status" }
        return """
            SELECT \((hasID ? ["t.id::text"] : []).joined())\(hasID ? ", " : "")\(values.joined(separator: ", "))
            FROM public.\(table.table) AS t
            LEFT JOIN public.visit_report_keys AS k ON k.id = t.visit_report_id
            LEFT JOIN public.categories AS c ON c.id = t.category_id
            WHERE ($1::uuid IS NULL OR t.visit_report_id = $1) AND ($2::uuid IS NULL OR t.category_id = $2)
                AND ($3::text IS NULL OR \(status ? "t.status = $3" : "false")) AND ($4::timestamptz IS NULL OR t.updated_at >= $4)
            ORDER BY t.id
            """
    }
}
