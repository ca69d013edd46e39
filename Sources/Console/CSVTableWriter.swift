import RSSModel

/// A table as CSV (RFC 4180): a header of column names, quotes only where needed, lines ending in `\n`.
///
/// No value is an empty field and an empty text is `""`, as PostgreSQL's `COPY … CSV` reads them. Values are written
/// as they are: a leading `=` is not escaped, because an exported file must be importable unchanged.
struct CSVTableWriter {
    /// Whether control characters are shown as escapes, as on a terminal.
    var escapesControls: Bool

    func write(_ table: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        try writeHeader(table.columns, to: &output)
        try write(table.rows, to: &output)
    }

    func writeHeader(_ columns: [Column], to output: inout BufferedOutput) throws(ConsoleError) {
        try output.writeLine(columns.map { Self.field($0.name) }.joined(separator: ","))
    }

    func write(_ rows: [[Cell]], to output: inout BufferedOutput) throws(ConsoleError) {
        for row in rows {
            try output.writeLine(row.map { Self.field(text(of: $0)) }.joined(separator: ","))
        }
    }

    private func text(of cell: Cell) -> String? {
        cell.plainText.map { escapesControls ? VisibleText.of($0) : $0 }
    }

    private static func field(_ text: String?) -> String {
        guard let text else { return "" }
        let needsQuotes =
            text.isEmpty || text.utf8.first == 0x20 || text.utf8.last == 0x20
            || text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        guard needsQuotes else { return text }
        // By scalar: "\r\n" and a quote with a combining mark are single characters to Swift.
        var quoted = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "\""
    }
}
