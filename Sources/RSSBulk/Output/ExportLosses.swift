/// Counts the rows of an export that would not come back as they are: web forms store blanks at the ends of texts, and texts
/// that an import takes for no value or for the mistake of a spreadsheet.
struct ExportLosses {
    private let table: ImportTable
    private let first: Int
    private let placeholders = Placeholders()
    private var rows = 0
    private var example: (row: Int, column: String, value: String)?

    /// - Parameter first: the field of the table's first column.
    init(_ table: ImportTable, first: Int) { (self.table, self.first) = (table, first) }

    /// Takes the next row.
    mutating func add(_ texts: [String?]) {
        let changed = table.columns.indices.first { index in
            texts[first + index].map { Self.isChanged($0, table.columns[index], placeholders) } ?? false
        }
        row += 1
        guard let changed else { return }
        rows += 1
        if example == nil { example = (row, table.columns[changed].name, texts[first + changed] ?? "") }
    }

    private var row = 0

    /// Whether an import would read a text as another one, or not at all.
    static func isChanged(_ text: String, _ column: ImportColumn, _ placeholders: Placeholders) -> Bool {
        switch column.type {
        case .text, .freeText:
            guard let start = text.utf8.first, let end = text.utf8.last else { return true }
            // Nearly all texts are ruled out by their first and last byte.
            let isPlain = (0x21...0x7E).contains(start) && (0x21...0x7E).contains(end)
            if !isPlain, FieldReader.trimmed(text) != text { return true }
            if text.utf8.count < 8, NoValue.isMeant(by: text, in: column) { return true }
            if FailedCell.words(text) != nil { return true }
            return column.isIdentifier && placeholders.contains(text)
        default: return false
        }
    }

    /// What is to be said of them; nil for none.
    var words: String? {
        guard let example else { return nil }
        return
            "\(rows) row\(rows == 1 ? " has a text" : "s have texts") that an import would not read as they are (blanks at the ends, or what means no value), first \(example.column) '\(RowProblem.shown(example.value))' in row \(example.row); import only the rows that you change"
    }
}
