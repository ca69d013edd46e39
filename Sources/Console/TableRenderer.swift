import RSSModel

/// Lays a ``Table`` out for people.
///
/// Columns are two blanks apart, without a box. On a terminal the heading is bold over a thin rule, and the table is
/// fitted to the width: flexible columns are wrapped, and cut only where a text is longer than a message should be;
/// where even that does not fit, each row becomes a record of `name: value` lines. On a pipe nothing is ever cut.
package struct TableRenderer: Sendable {
    /// Cells of the screen; nil for no limit.
    package var width: Int?
    /// The styles in use.
    package var style: Style
    /// Whether a rule is drawn under the heading.
    package var drawsRule: Bool
    /// Lines that a wrapped cell may take at least before it is cut.
    package var linesPerCell: Int
    /// Room on the screen, in cells, up to which a text is shown whole, however many lines that takes.
    package var roomPerCell: Int
    /// What lines and signs are drawn with.
    package var charset: Charset
    /// The zone in which points in time are shown.
    package var zone: DisplayZone

    /// Makes a renderer.
    package init(
        width: Int? = nil, style: Style = Style(isOn: false), drawsRule: Bool = false, linesPerCell: Int = 3,
        roomPerCell: Int = 320,
        charset: Charset = .utf8, zone: DisplayZone = .utc
    ) {
        self.width = width
        self.charset = charset
        self.zone = zone
        self.style = style
        self.drawsRule = drawsRule
        self.linesPerCell = max(1, linesPerCell)
        self.roomPerCell = roomPerCell
    }

    /// A renderer that suits a channel.
    package init(for channel: Channel) {
        self.init(
            width: channel.width, style: channel.style, drawsRule: channel.isTTY, charset: channel.charset,
            zone: channel.zone)
    }

    /// Writes several tables, a blank line between them.
    package func render(_ tables: [Table], to output: inout BufferedOutput) throws(ConsoleError) {
        for (index, table) in tables.enumerated() {
            if index > 0 { try output.writeLine() }
            try render(table, to: &output)
        }
    }

    /// Writes one table with its title and notes.
    package func render(_ whole: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        let table = whole.forPeople
        if let title = table.title { try output.writeLine(style(visible(title), .strong)) }
        if table.rows.isEmpty || table.columns.isEmpty {
            try output.writeLine(visible(table.emptyMessage))
        } else if table.columns.count == 1, table.columns[0].isVerbatim {
            try writeVerbatim(table, to: &output)
        } else {
            let below = commandsBelow(table)
            let (text, leftOut) = fitted(below == nil ? table : table.withoutCommands)
            switch TableLayout.decide(text.measures, width: width) {
            case .columns(let widths):
                try ColumnWriter(renderer: self, text: text, widths: widths, below: below ?? []).write(to: &output)
                if !leftOut.isEmpty, let width {
                    let names = leftOut.joined(separator: ", ")
                    let note = "left out to fit \(width) columns: \(names); --output json shows everything"
                    try output.writeLine(style(note, .faint))
                }
            case .records:
                try RecordWriter(renderer: self, text: below == nil ? text : tableText(table)).write(to: &output)
                if !table.notes.isEmpty { try output.writeLine() }
            }
        }
        for note in table.notes { try output.writeLine(visible(note)) }
    }

    /// Writes the lines of the only column as they are. A tab stays one, so that the text can be copied.
    private func writeVerbatim(_ table: Table, to output: inout BufferedOutput) throws(ConsoleError) {
        try output.writeLine(style(visible(table.columns[0].header), .strong))
        for row in table.rows {
            guard case .text(let text)? = row.first else { continue }
            for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
                try output.writeLine(parts.map { visible(String($0)) }.joined(separator: "\t"))
            }
        }
    }

    /// The lines that a cell of a width may take.
    func lines(width: Int) -> Int { max(linesPerCell, (roomPerCell + width - 1) / max(1, width)) }

    /// A text with what a terminal would obey shown, and what the charset lacks replaced.
    private func visible(_ text: String) -> String { charset(VisibleText.of(text)) }

    private func tableText(_ table: Table) -> TableText { TableText(table, charset: charset, zone: zone) }

    /// The commands of each row, where the table is too wide to have them beside it; nil where it is not.
    private func commandsBelow(_ table: Table) -> [[String]]? {
        let indices = table.columns.indices.filter { table.columns[$0].isCommand }
        let natural = tableText(table).measures.map(\.natural).reduce(TableLayout.gap * (table.columns.count - 1), +)
        guard let width, natural > width, !indices.isEmpty else { return nil }
        return table.rows.map { row in
            indices.filter { $0 < row.count && row[$0] != .null }.map { index in
                visible("\(table.columns[index].header): ") + charset(row[index].displayText)
            }
        }
    }

    /// The table without as many of its optional columns as it takes to fit side by side; whole where that is not
    /// enough, because records have room for all.
    private func fitted(_ table: Table) -> (text: TableText, leftOut: [String]) {
        let whole = tableText(table)
        var text = whole
        var narrow = table
        var leftOut: [String] = []
        while TableLayout.decide(text.measures, width: width) == .records {
            guard let index = narrow.columns.lastIndex(where: \.isOptional) else { return (whole, []) }
            leftOut.insert(VisibleText.of(narrow.columns[index].header), at: 0)
            narrow.columns.remove(at: index)
            narrow.rows = narrow.rows.map { row in
                var row = row
                if index < row.count { row.remove(at: index) }
                return row
            }
            text = tableText(narrow)
        }
        return (text, leftOut)
    }
}

extension Table {
    /// The table without its columns of commands.
    fileprivate var withoutCommands: Table {
        var table = self
        let kept = columns.indices.filter { !columns[$0].isCommand }
        table.columns = kept.map { columns[$0] }
        table.rows = rows.map { row in kept.map { $0 < row.count ? row[$0] : .null } }
        return table
    }
}

/// A table with its cells as text, measured once.
struct TableText {
    let columns: [Column]
    let headers: [String]
    let rows: [[(text: String, role: Role?)]]
    /// Which cells of each row hold no value.
    let isNull: [[Bool]]
    let measures: [TableLayout.Measure]

    init(_ table: Table, charset: Charset = .utf8, zone: DisplayZone = .utc) {
        columns = table.columns
        let headings = table.headings(in: zone)
        headers = headings.texts.map { charset(VisibleText.of($0)) }
        // A row with too few cells is filled up and one with too many is shortened: a fault of the caller, not of the
        // data.
        rows = table.rows.map { row in
            table.columns.indices.map { index in
                let cell = index < row.count ? row[index] : Cell.null
                return (charset(Self.text(cell, zone, headings.isZoneInValue[index])), cell.role)
            }
        }
        isNull = table.rows.map { row in table.columns.indices.map { $0 >= row.count || row[$0] == .null } }
        var measures = zip(columns, headers).map { column, header in
            let width = DisplayWidth.of(header)
            return TableLayout.Measure(natural: width, header: width, isFlexible: column.isFlexible)
        }
        for row in rows {
            for (index, cell) in row.enumerated() {
                measures[index].natural = max(measures[index].natural, DisplayWidth.of(cell.text))
            }
        }
        self.measures = measures
    }

    private static func text(_ cell: Cell, _ zone: DisplayZone, _ withZone: Bool) -> String {
        guard case .timestamp(let date) = cell else { return cell.displayText }
        let shown = zone.display(date)
        return withZone ? "\(shown.time) \(shown.zone)" : shown.time
    }
}
