import RSSModel

/// Writes a table as columns of decided widths.
struct ColumnWriter {
    let renderer: TableRenderer
    let text: TableText
    let widths: [Int]
    /// What is printed below each row, a line each, whatever its length.
    let below: [[String]]

    func write(to output: inout BufferedOutput) throws(ConsoleError) {
        let headers = zip(text.headers, widths).map {
            (TextFit.cut($0, to: $1, charset: renderer.charset), Role.strong as Role?)
        }
        try output.writeLine(line(headers))
        if renderer.drawsRule {
            let total = widths.reduce(TableLayout.gap * (widths.count - 1), +)
            try output.writeLine(renderer.style(renderer.charset(String(repeating: "─", count: total)), .faint))
        }
        var isCut = false
        for (index, row) in text.rows.enumerated() {
            let cells = zip(row, widths).map { cell, width in
                TextFit.wrap(
                    cell.text, width: width, maxLines: renderer.lines(width: width), charset: renderer.charset)
            }
            isCut = isCut || cells.contains(where: \.isCut)
            for number in 0..<(cells.map(\.lines.count).max() ?? 0) {
                let parts = zip(cells, row).map { cell, source in
                    (number < cell.lines.count ? cell.lines[number] : "", source.role)
                }
                try output.writeLine(line(parts))
            }
            for line in index < below.count ? below[index] : [] { try output.writeLine("    " + line) }
        }
        if isCut, let width = renderer.width {
            let note = "some columns are cut to fit \(width) columns; --output json shows everything"
            try output.writeLine(renderer.style(note, .faint))
        }
    }

    /// One line of the screen, without blanks at its end.
    private func line(_ parts: [(text: String, role: Role?)]) -> String {
        var line = ""
        var owed = 0  // Blanks are written only when something follows them.
        for (index, part) in parts.enumerated() {
            let missing = max(0, widths[index] - DisplayWidth.of(part.text))
            let isTrailing = text.columns[index].alignment == .trailing
            if isTrailing { owed += missing }
            if !part.text.isEmpty {
                line += String(repeating: " ", count: owed) + renderer.style(part.text, part.role)
                owed = 0
            }
            owed += (isTrailing ? 0 : missing) + TableLayout.gap
        }
        return line
    }
}
