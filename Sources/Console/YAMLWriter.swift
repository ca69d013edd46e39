import RSSModel

/// The rows of a table as a YAML list of maps.
///
/// Strings are plain where YAML 1.1 and 1.2 both read them as strings, otherwise as JSON strings, which are YAML too.
enum YAMLWriter {
    static func write(_ table: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        guard !table.rows.isEmpty, !table.columns.isEmpty else { return try output.writeLine("[]") }
        let keys = table.columns.map { scalar($0.name) }
        for row in table.rows {
            for (index, (key, cell)) in zip(keys, row).enumerated() {
                try output.writeLine((index == 0 ? "- " : "  ") + key + ": " + value(cell))
            }
        }
    }

    private static func value(_ cell: Cell) -> String {
        switch cell {
        case .text(let text): scalar(text)
        case .verdict(let verdict): scalar(verdict.rawValue)
        case .number(let value, _) where !value.isFinite: value.isNaN ? ".nan" : value < 0 ? "-.inf" : ".inf"
        case .null, .integer, .number, .boolean, .timestamp, .duration, .bytes, .json: cell.jsonText
        }
    }

    static func scalar(_ text: String) -> String {
        isPlain(text) ? text : JSONText.string(text)
    }

    /// Letters first, then letters, digits, blanks and a few signs: nothing that could be a number, a date or an
    /// indicator.
    private static func isPlain(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), text.utf8.last != 0x20 else { return false }
        guard !reserved.contains(text.lowercased()) else { return false }
        return text.utf8.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || " _-./+()@%".utf8.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    private static let reserved: Set<String> = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf",
    ]
}
