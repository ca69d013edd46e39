import Foundation

/// A result that can be laid out in rows and columns.
package protocol Tabular {
    /// The tables of the result, the main one first; CSV and NDJSON write that one only.
    var tables: [Table] { get }
    /// Text that is shown in the place of the tables and is written as it is, for another program to read; nil for none.
    var document: String? { get }
    /// The result as YAML that another command reads; nil where the rows of the main table are written.
    var yaml: String? { get }
}

extension Tabular {
    /// None.
    package var document: String? { nil }
    /// None.
    package var yaml: String? { nil }
}

/// Rows and columns, with typed cells, free of any layout: a renderer decides on widths and colour.
package struct Table: Sendable, Equatable {
    /// A heading above the table; nil for none.
    package var title: String?
    /// The columns in order.
    package var columns: [Column]
    /// The rows; each has as many cells as there are columns.
    package var rows: [[Cell]]
    /// Lines below the table for a person, for example totals; not written by machine formats.
    package var notes: [String]
    /// What is printed in place of a table without rows.
    package var emptyMessage: String

    /// Makes a table.
    package init(
        title: String? = nil, columns: [Column], rows: [[Cell]] = [], notes: [String] = [],
        emptyMessage: String = "Nothing to show."
    ) {
        self.title = title
        self.columns = columns
        self.rows = rows
        self.notes = notes
        self.emptyMessage = emptyMessage
    }
}

extension Table {
    /// The table as a person is shown it: without the columns that are for programs.
    package var forPeople: Table {
        guard columns.contains(where: \.isForMachines) else { return self }
        var table = self
        table.columns.removeAll(where: \.isForMachines)
        table.rows = rows.map { row in zip(columns, row).filter { !$0.0.isForMachines }.map(\.1) }
        return table
    }

    /// The headings for people where points in time are in UTC, which those of such columns name.
    package var headings: [String] {
        columns.enumerated().map { index, column in
            let holdsTimes = rows.contains { row in
                if index < row.count, case .timestamp = row[index] { true } else { false }
            }
            return holdsTimes ? "\(column.header) (UTC)" : column.header
        }
    }
}

/// A column of a ``Table``.
package struct Column: Sendable, Equatable {
    /// Where the text of a cell is within its width.
    package enum Alignment: Sendable { case leading, trailing }

    /// Machine name, snake_case, as in JSON and CSV.
    package var name: String
    /// Heading for people.
    package var header: String
    /// Alignment; numbers are right-aligned.
    package var alignment: Alignment
    /// Whether the column may be cut or wrapped when the terminal is too narrow.
    package var isFlexible: Bool
    /// Whether the column may be left out when the terminal is too narrow even so; the last such column is left out first.
    package var isOptional: Bool
    /// Whether it is for programs alone: it is in CSV, NDJSON and the like, and in no table.
    package var isForMachines: Bool
    /// Whether it holds commands or SQL to be copied: such a cell is never cut or wrapped; where the table is too wide, it
    /// is printed below its row.
    package var isCommand: Bool
    /// Whether it holds text to be copied as a whole into a file or another program, beside no other column: it is printed
    /// as it is, whatever the width, each line of a value on a line of its own.
    package var isVerbatim: Bool

    /// Makes a column; the header defaults to the name with blanks for underscores.
    package init(
        _ name: String, header: String? = nil, alignment: Alignment = .leading, isFlexible: Bool = false,
        isOptional: Bool = false, isForMachines: Bool = false, isCommand: Bool = false, isVerbatim: Bool = false
    ) {
        self.name = name
        self.header = header ?? name.replacing("_", with: " ")
        self.alignment = alignment
        self.isFlexible = isFlexible
        self.isOptional = isOptional
        self.isForMachines = isForMachines
        self.isCommand = isCommand
        self.isVerbatim = isVerbatim
    }

    /// A column of numbers.
    package static func number(_ name: String, header: String? = nil, isOptional: Bool = false) -> Column {
        Column(name, header: header, alignment: .trailing, isOptional: isOptional)
    }
}

/// A cell of a ``Table``; the case says how people and machines are shown the value.
package enum Cell: Sendable, Equatable {
    /// No value: an empty cell for people, `null` in JSON.
    case null
    case text(String)
    case integer(Int64)
    /// A number shown with that many fraction digits; machines get the full value.
    case number(Double, fractionDigits: Int)
    case boolean(Bool)
    /// A point in time; ISO 8601 in UTC for machines.
    case timestamp(Date)
    /// A span; machines get seconds.
    case duration(Duration)
    /// A size in bytes; people read KB, MB, GB.
    case bytes(Int64)
    /// A verdict that is coloured.
    case verdict(Verdict)
    /// JSON text, embedded as it is in JSON output.
    case json(String)

    /// A text cell, or `.null` for nil.
    package static func optional(_ text: String?) -> Cell { text.map(Cell.text) ?? .null }
    /// An integer cell from any integer.
    package static func count(_ value: some BinaryInteger) -> Cell { .integer(Int64(value)) }
    /// A timestamp cell, or `.null` for nil.
    package static func optional(_ date: Date?) -> Cell { date.map(Cell.timestamp) ?? .null }
}
