import RSSModel

/// Writes a table as records, one value per line, for screens that are too narrow for its columns. Nothing is cut; what
/// has no value is left out.
struct RecordWriter {
    let renderer: TableRenderer
    let text: TableText

    func write(to output: inout BufferedOutput) throws(ConsoleError) {
        let indent = text.headers.map { DisplayWidth.of($0) + 2 }.max() ?? 0
        for (number, row) in text.rows.enumerated() {
            if number > 0 { try output.writeLine() }
            for index in text.columns.indices where !text.isNull[number][index] {
                try writeValue(
                    row[index].text, role: row[index].role, header: text.headers[index], indent: indent,
                    isWhole: text.columns[index].isCommand, to: &output)
            }
        }
    }

    private func writeValue(
        _ value: String, role: Role?, header: String, indent: Int, isWhole: Bool, to output: inout BufferedOutput
    ) throws(ConsoleError) {
        let name = renderer.style(header + ":", .strong)
        let room = (renderer.width ?? .max) - indent
        // With hardly any room beside the names, values go under them, at the full width.
        let beside = room >= 10
        let lines =
            isWhole
            ? [value]
            : TextFit.wrap(value, width: beside ? room : max(1, (renderer.width ?? .max) - 2), maxLines: .max).lines
        let blanks = String(repeating: " ", count: beside ? indent : 2)
        if !beside { try output.writeLine(name) }
        for (number, line) in lines.enumerated() {
            let dressed = renderer.style(line, role)
            if number == 0, beside {
                let gap = String(repeating: " ", count: max(1, indent - DisplayWidth.of(header) - 1))
                try output.writeLine(value.isEmpty ? name : name + gap + dressed)
            } else {
                try output.writeLine(blanks + dressed)
            }
        }
    }
}
