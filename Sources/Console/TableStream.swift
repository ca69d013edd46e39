import RSSModel

/// Writes the rows of a table as they come, as CSV or NDJSON, in constant memory.
package struct TableStream: ~Copyable {
    /// The forms that need no more than one row at a time.
    package enum Form: String, Sendable { case csv, ndjson }

    private let form: Form
    private let columns: [Column]
    private let csv: CSVTableWriter
    private var output: BufferedOutput

    /// Begins a stream; CSV gets its header.
    ///
    /// - Parameter escapesControls: whether control characters are shown as escapes, as on a terminal.
    /// - Throws: ``ConsoleError``.
    package init(
        _ form: Form, columns: [Column], to sink: any ByteSink, escapesControls: Bool = false
    ) throws(ConsoleError) {
        self.form = form
        self.columns = columns
        csv = CSVTableWriter(escapesControls: escapesControls)
        output = BufferedOutput(sink)
        if form == .csv { try csv.writeHeader(columns, to: &output) }
    }

    /// Writes rows.
    ///
    /// - Throws: ``ConsoleError``.
    package mutating func write(_ rows: [[Cell]]) throws(ConsoleError) {
        switch form {
        case .csv: try csv.write(rows, to: &output)
        case .ndjson: try NDJSONWriter.write(Table(columns: columns, rows: rows), to: &output)
        }
    }

    /// Hands over what is held; must be called at the end.
    ///
    /// - Throws: ``ConsoleError``.
    package mutating func flush() throws(ConsoleError) { try output.flush() }
}
