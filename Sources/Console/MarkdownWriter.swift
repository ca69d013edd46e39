import RSSModel

/// Tables in GitHub Flavored Markdown, values as people read them, titles as headings and notes as paragraphs.
enum MarkdownWriter {
    static func write(_ tables: [Table], to output: inout BufferedOutput) throws(ConsoleError) {
        for (index, table) in tables.enumerated() {
            if index > 0 { try output.writeLine() }
            try write(table.forPeople, to: &output)
        }
    }

    private static func write(_ table: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        if let title = table.title { try output.writeLine("### " + escape(title) + "\n") }
        if table.rows.isEmpty {
            try output.writeLine(escape(table.emptyMessage))
        } else {
            try output.writeLine(row(table.headings))
            let rule = table.columns.map { $0.alignment == .trailing ? "---:" : "---" }
            try output.writeLine("| " + rule.joined(separator: " | ") + " |")
            for cells in table.rows { try output.writeLine(row(cells.map(text))) }
        }
        for note in table.notes { try output.writeLine("\n" + escape(note)) }
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map(escape).joined(separator: " | ") + " |"
    }

    /// Line ends survive until ``escape(_:)`` turns them into `<br>`.
    private static func text(of cell: Cell) -> String {
        if case .text(let text) = cell { text } else { cell.displayText }
    }

    private static func escape(_ text: String) -> String {
        var escaped = ""
        var previous: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            switch scalar {
            case "|", "\\", "`", "*", "[", "]": escaped += "\\" + String(Character(scalar))
            case "<": escaped += "&lt;"
            case "&": escaped += "&amp;"
            case "\n": escaped += previous == "\r" ? "" : "<br>"
            case "\r": escaped += "<br>"
            default: escaped += VisibleText.of(String(Character(scalar)))
            }
            previous = scalar
        }
        return escaped
    }
}
