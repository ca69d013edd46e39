import RSSModel

/// Turns the value that a command returns into bytes on stdout: the single place where ``OutputFormat`` is matched
/// exhaustively.
package struct Renderer: Sendable {
    /// The form asked for.
    package var format: OutputFormat
    /// Shows long tables on a terminal; nil for never.
    package var pager: Pager?

    /// Makes a renderer.
    package init(format: OutputFormat, pager: Pager? = nil) {
        self.format = format
        self.pager = pager
    }

    /// Writes a result.
    ///
    /// - Parameters:
    ///   - result: What the command returned.
    ///   - console: Where it goes.
    ///   - command: The command without flags, for example `report query`; it is written to the JSON envelope.
    package func render(
        _ result: some Encodable & Tabular, to console: Console, command: String
    ) throws(ConsoleError) {
        let channel = console.output
        // On a terminal, text from data must not be obeyed; in a file it must be what it was.
        let isShown = channel.isTTY
        switch format {
        case .table:
            if let document = result.document {
                return try console.withOutput { (output) throws(ConsoleError) in
                    try output.write(isShown ? channel.charset(Self.visible(document)) : document)
                }
            }
            if let pager, isShown, try showPaged(result.tables, pager: pager, console: console) { return }
            try console.withOutput { (output) throws(ConsoleError) in
                try TableRenderer(for: channel).render(result.tables, to: &output)
            }
        case .json:
            let document = try JSONDocument.encode(result, command: command)
            try console.withOutput { (output) throws(ConsoleError) in try output.writeLine(document) }
        case .ndjson:
            try write(result, NDJSONWriter.write, to: console)
        case .csv:
            try write(result, CSVTableWriter(escapesControls: isShown).write, to: console)
        case .markdown:
            try console.withOutput { (output) throws(ConsoleError) in
                try MarkdownWriter.write(result.tables, to: &output)
            }
        case .yaml:
            if let document = result.yaml {
                return try console.withOutput { (output) throws(ConsoleError) in
                    try output.write(isShown ? channel.charset(Self.visible(document)) : document)
                }
            }
            try write(result, YAMLWriter.write, to: console)
        }
    }

    /// A document for a terminal: its lines and tabs stay, what else a terminal would obey is shown.
    private static func visible(_ document: String) -> String {
        // By scalars: to Swift a carriage return and a line end are one character.
        document.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            line.split(separator: "\t", omittingEmptySubsequences: false).map { VisibleText.of(String($0)) }
                .joined(separator: "\t")
        }.joined(separator: "\n")
    }

    private func write(
        _ result: some Tabular, _ writer: (Table, inout BufferedOutput) throws(ConsoleError) -> Void,
        to console: Console
    ) throws(ConsoleError) {
        guard let table = result.tables.first else { return }
        try console.withOutput { (output) throws(ConsoleError) in try writer(table, &output) }
    }

    private func showPaged(_ tables: [Table], pager: Pager, console: Console) throws(ConsoleError) -> Bool {
        let memory = MemorySink()
        var output = BufferedOutput(memory)
        try TableRenderer(for: console.output).render(tables, to: &output)
        try output.flush()
        console.clearLiveLine()
        return pager.show(memory.bytes)
    }
}
