import CSV
import Spreadsheet

/// An empty file to be filled in: the names of the columns, and a row that says what each of them holds. The import skips
/// that row.
package struct ImportTemplate: Sendable {
    /// What the row of notes begins with.
    static let mark = "#notes: "

    /// The names of the columns.
    package let header: [String]
    /// What each of them holds.
    package let notes: [String]

    private let object: String
    private let columns: [SpreadsheetColumn]

    /// The template of a table.
    package init(_ table: ImportTable) {
        object = table.object
        columns = table.columns.map { column in
            var cells = SpreadsheetColumn(column.name, column.type.spreadsheetKind)
            if case .word(let words) = column.type { cells.choices = words }
            return cells
        }
        header = table.columns.map(\.name)
        var notes = table.columns.map(Self.note)
        if let first = notes.first { notes[0] = Self.mark + first }
        self.notes = notes
    }

    /// The template as a CSV file.
    package func csv(_ form: ExportForm = .plain) throws -> [UInt8] {
        var bytes = form.mark
        var writer = RecordWriter(form.dialect, lineEnding: form.lineEnding) { bytes += $0 }
        try writer.write(header)
        try writer.write(notes)
        try writer.flush()
        return bytes
    }

    /// Writes the template as a workbook.
    ///
    /// - Throws: ``ImportError``, ``SpreadsheetError``.
    package func write(workbook path: String, replaces: Bool) throws {
        try DraftFile.check(path, replaces: replaces)
        let writer = try SpreadsheetWriter(
            path, sheet: object, columns: columns, replaces: replaces)
        try writer.write(notes.map { .text($0) })
        try writer.finish()
    }

    /// The result of comparing a record with the row of notes.
    enum Resemblance {
        /// It is another row.
        case none
        /// It is the row of notes, whole or with some of its columns removed.
        case notes
        /// It is the row of notes with something written over it.
        case overwritten
    }

    /// Compares a record with the row of notes. The mark goes with the first column where that is deleted, so all of its fields
    /// count: each has the note of its column, or nothing.
    static func resemblance(_ record: Record, _ header: ImportHeader, _ table: ImportTable) -> Resemblance {
        let isMarked = (0..<record.count).contains { record.withBytes($0) { $0.starts(with: mark.utf8) } }
        var (same, other) = (0, 0)
        for field in 0..<min(record.count, header.uses.count) where !record.isEmpty(field) {
            guard case .column(let index) = header.uses[field] else { continue }
            let text = record.string(field) ?? ""
            let note = note(table.columns[index])
            if text == note || text == mark + note { same += 1 } else { other += 1 }
        }
        if other == 0, same > 0 { return .notes }
        return isMarked || same > 1 ? .overwritten : .none
    }

    /// What a column holds, in words.
    package static func note(_ column: ImportColumn) -> String {
        let what =
            switch column.type {
            case .text(let limit): "up to \(limit) characters"
            case .freeText: "any text"
            case .word(let words): words.joined(separator: " / ")
            case .smallint(let range): "\(range.lowerBound) to \(range.upperBound)"
            case .integer(let range):
                range.upperBound == .max
                    ? "a whole number from \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            case .numeric(_, let scale): "a number, up to \(scale) decimal places"
            case .inet: "IPv4 or IPv6 address"
            case .macaddr: "MAC address, 08:00:2b:01:02:03"
            case .date: "date, YYYY-MM-DD or DD.MM.YYYY"
            case .jsonObject: "JSON object, {\"ram_gb\": 16}"
            case .uuid: "UUID"
            case .name(let kind): "name of a \(kind)"
            case .reference(let kind): "number of a \(kind)"
            }
        return column.isRequired ? "\(what); required" : what
    }
}
