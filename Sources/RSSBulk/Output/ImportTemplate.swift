import CSV

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
    private let kinds: [SpreadsheetColumn.Kind]

    /// The template of a table.
    package init(_ table: ImportTable) {
        object = table.object
        kinds = table.columns.map(\.type.spreadsheetKind)
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
            path, sheet: object, columns: zip(header, kinds).map { SpreadsheetColumn($0, $1) },
            replaces: replaces)
        try writer.write(notes.map { .text($0) })
        try writer.finish()
    }

    /// Whether a record is the row of notes.
    static func isNotes(_ record: Record) -> Bool {
        record.withBytes(0) { $0.starts(with: mark.utf8) }
    }

    private static func note(_ column: ImportColumn) -> String {
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
