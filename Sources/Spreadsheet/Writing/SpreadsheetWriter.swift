import RSSSystem

/// Writes rows into an .xlsx workbook (ECMA-376, transitional) as they come; memory does not grow with them.
///
/// Texts are in the cells themselves and not in a table of shared ones, which would have to be kept until the end.
///
/// ```swift
/// let writer = try SpreadsheetWriter("devices.xlsx", sheet: "hardware", columns: [SpreadsheetColumn("serial_number")])
/// try writer.write([.text("00123")])
/// try writer.finish()
/// ```
package final class SpreadsheetWriter {
    /// Characters that a cell takes, in UTF-16 units.
    package static let textLimit = 32_767

    private let path: String
    private let columns: [SpreadsheetColumn]
    private let notes: SpreadsheetNotes?
    private let archive: ZipWriter
    private var row = 0
    private var line: [UInt8] = []

    /// Begins a workbook; it gets its name when it is finished.
    ///
    /// - Parameters:
    ///   - sheet: what the tab says.
    ///   - columns: the columns; their names are the first row.
    ///   - notes: a second sheet.
    ///   - replaces: whether an existing file may be replaced; an empty one always may.
    /// - Throws: ``SpreadsheetError``.
    package convenience init(
        _ path: String, sheet: String, columns: [SpreadsheetColumn], notes: SpreadsheetNotes? = nil,
        replaces: Bool = true
    ) throws(SpreadsheetError) {
        try self.init(path, sheet: sheet, columns: columns, notes: notes) { _ in replaces }
    }

    /// Begins a workbook that replaces some files only.
    ///
    /// - Parameter replaces: whether an existing file, at this path, may be replaced; an empty one always may.
    /// - Throws: ``SpreadsheetError``.
    package init(
        _ path: String, sheet: String, columns: [SpreadsheetColumn], notes: SpreadsheetNotes? = nil,
        replaces: @escaping (String) -> Bool
    ) throws(SpreadsheetError) {
        self.path = path
        self.columns = columns
        self.notes = notes
        archive = try ZipWriter(path) { FileDraft.isEmpty($0) || replaces($0) }
        let first = SpreadsheetParts.sheetName(sheet, besides: [])
        let second = notes.map { SpreadsheetParts.sheetName($0.name, besides: [first]) }
        for part in SpreadsheetParts.fixed(sheets: [first] + (second.map { [$0] } ?? [])) {
            try archive.begin(part.name)
            try archive.write(part.text.utf8)
        }
        try archive.begin("xl/worksheets/sheet1.xml")
        try archive.write(SpreadsheetParts.sheetStart(columns).utf8)
        try write(columns.map { .text($0.name) }, style: .header)
    }

    /// Writes a row.
    ///
    /// - Throws: ``SpreadsheetError``.
    package func write(_ cells: [SpreadsheetCell]) throws(SpreadsheetError) { try write(cells, style: nil) }

    /// Ends the workbook and gives it its name.
    ///
    /// - Throws: ``SpreadsheetError``.
    package func finish() throws(SpreadsheetError) {
        try archive.write(SpreadsheetParts.sheetEnd(columns).utf8)
        if let notes {
            try archive.begin("xl/worksheets/sheet2.xml")
            try archive.write(SpreadsheetParts.notesStart(notes).utf8)
            row = 0
            for (index, texts) in notes.rows.enumerated() {
                try write(texts.map { .text($0) }, style: index == 0 ? .header : .wrapped)
            }
            try archive.write(SpreadsheetParts.sheetEnd.utf8)
        }
        try archive.finish()
    }

    private func write(_ cells: [SpreadsheetCell], style: SpreadsheetParts.Style?) throws(SpreadsheetError) {
        guard row < CellReference.rows else { throw .tooManyRows(path, limit: CellReference.rows) }
        row += 1
        line.removeAll(keepingCapacity: true)
        append("<row r=\"\(row)\">")
        for (index, cell) in cells.enumerated() {
            switch cell {
            case .empty: continue
            case .text(let text): try append(text, index, style ?? .text)
            case .number(let text):
                if SpreadsheetCell.isNumber(text) {
                    append(value: text, index, .general)
                } else {
                    try append(text, index, .text)
                }
            case .date(let text):
                if let serial = SpreadsheetCell.serial(text) {
                    append(value: serial.value, index, serial.hasTime ? .dateTime : .date)
                } else {
                    try append(text, index, .text)
                }
            }
        }
        append("</row>\n")
        try archive.write(line)
    }

    private func append(_ text: String) { line += text.utf8 }

    private func reference(_ index: Int) -> String { "\(CellReference.letters(index))\(row)" }

    private func append(value: String, _ index: Int, _ style: SpreadsheetParts.Style) {
        append("<c r=\"\(reference(index))\" s=\"\(style.rawValue)\"><v>\(value)</v></c>")
    }

    private func append(_ text: String, _ index: Int, _ style: SpreadsheetParts.Style) throws(SpreadsheetError) {
        guard !text.isEmpty else { return }
        guard text.utf16.count <= Self.textLimit else {
            throw .textTooLong(path, cell: reference(index), limit: Self.textLimit)
        }
        append("<c r=\"\(reference(index))\" s=\"\(style.rawValue)\" t=\"inlineStr\"><is><t xml:space=\"preserve\">")
        SpreadsheetParts.escape(text, into: &line)
        append("</t></is></c>")
    }
}
