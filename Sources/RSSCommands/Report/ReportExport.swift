import Console
import RSSBulk
import RSSModel
import RSSReport
import Spreadsheet

/// Writes all reports of a filter, as they are read, in constant memory.
struct ReportExport {
    private let reader: ReportReader
    private let filter: ReportFilter
    private let limit: Int
    private let progress: ProgressReporter

    init(_ reader: ReportReader, _ filter: ReportFilter, limit: Int, progress: ProgressReporter) {
        (self.reader, self.filter, self.limit, self.progress) = (reader, filter, limit, progress)
    }

    /// Writes to stdout.
    ///
    /// - Returns: the number of reports.
    func write(_ format: OutputFormat, to channel: Channel) async throws -> Int {
        try await stream(format == .csv ? .csv : .ndjson, to: channel.sink, escapesControls: channel.isTTY)
    }

    /// Writes a file, of the form that its name says; it gets its name when it is complete.
    ///
    /// - Returns: the number of reports.
    func write(to path: String, replaces: Bool) async throws -> Int {
        if path.lowercased().hasSuffix(".xlsx") { return try await writeWorkbook(path, replaces: replaces) }
        let file = try ReportFile(path, replaces: replaces)
        let rows = try await stream(
            path.lowercased().hasSuffix(".csv") ? .csv : .ndjson,
            to: FileDescriptorSink(file.descriptor, name: path))
        try file.publish()
        return rows
    }

    private func stream(
        _ form: TableStream.Form, to sink: any ByteSink, escapesControls: Bool = false
    ) async throws -> Int {
        var stream = try TableStream(
            form, columns: VisitReport.columns, to: sink, escapesControls: escapesControls)
        let rows = try await each { try stream.write($0.map(\.cells)) }
        try stream.flush()
        return rows
    }

    private func writeWorkbook(_ path: String, replaces: Bool) async throws -> Int {
        // Before anything is read.
        _ = try ReportFile(path, replaces: replaces)
        let kinds = VisitReport.columns.map { column -> SpreadsheetColumn.Kind in
            column.name == "visit_date" ? .date : column.alignment == .trailing ? .number : .text
        }
        let writer = try SpreadsheetWriter(
            path, sheet: "visit reports",
            columns: zip(VisitReport.columns, kinds).map { SpreadsheetColumn($0.header, $1) }, replaces: replaces)
        let rows = try await each { visits in
            for visit in visits {
                try writer.write(zip(visit.cells, kinds).map { Self.cell($0, $1) })
            }
        }
        try writer.finish()
        return rows
    }

    private static func cell(_ cell: Cell, _ kind: SpreadsheetColumn.Kind) -> SpreadsheetCell {
        switch (cell, kind) {
        case (.null, _): .empty
        case (.integer(let value), _): .number("\(value)")
        case (.number(let value, _), _):
            .number(value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)")
        case (.text(let text), .date): .date(text)
        case (.text(let text), _): .text(text)
        default: .text(cell.displayText)
        }
    }

    private func each(_ body: ([VisitReport]) throws -> Void) async throws -> Int {
        var rows = 0
        try await progress.phase("export", unit: .rows) {
            try await reader.all(filter, limit: limit) { visits in
                try body(visits)
                rows += visits.count
                progress(.advanced(to: Int64(rows), rejected: 0))
            }
        }
        if rows == 0 { progress(.warning("no visit report matches the filter")) }
        return rows
    }
}

/// The result of `report query`.
package enum ReportQueryResult: CommandResult {
    case page(ReportPage)
    /// Stdout has the reports already.
    case written(rows: Int)
    case file(String, rows: Int)

    package func encode(to encoder: any Encoder) throws {
        switch self {
        case .page(let page): try page.encode(to: encoder)
        case .written(let rows): try Written(file: nil, rows: rows).encode(to: encoder)
        case .file(let path, let rows): try Written(file: path, rows: rows).encode(to: encoder)
        }
    }

    private struct Written: Encodable {
        let file: String?
        let rows: Int
    }

    package var counts: [String: Int64] {
        switch self {
        case .page(let page): page.counts
        case .written(let rows), .file(_, let rows): ["visits": Int64(rows)]
        }
    }

    package var document: String? { if case .written = self { "" } else { nil } }

    package var tables: [Table] {
        switch self {
        case .page(let page): page.tables
        case .written: []
        case .file(let path, let rows):
            [Table(columns: [Column("file"), .number("rows")], rows: [[.text(path), .count(rows)]])]
        }
    }
}
