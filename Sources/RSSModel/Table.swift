import Foundation

/// A result that can be laid out in rows and columns.
public protocol Tabular {
    /// The tables of the result, the main one first; CSV and NDJSON write that one only.
    var tables: [Table] { get }
    /// Text that is shown in the place of the tables and is written as it is, for another program to read; nil for none.
    var document: String? { get }
}

extension Tabular {
    /// None.
    public var document: String? { nil }
}

/// Rows and columns, with typed cells, free of any layout: a renderer decides on widths and colour.
public struct Table: Sendable, Equatable {
    /// A heading above the table; nil for none.
    public var title: String?
    /// The columns in order.
    public var columns: [Column]
    /// The rows; each has as many cells as there are columns.
    public var rows: [[Cell]]
    /// Lines below the table for a person, for example totals; not written by machine formats.
    public var notes: [String]
    /// What a person is told in place of a table without rows.
    public var emptyMessage: String

    /// Makes a table.
    public init(
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
    public var forPeople: Table {
        guard columns.contains(where: \.isForMachines) else { return self }
        var table = self
        table.columns.removeAll(where: \.isForMachines)
        table.rows = rows.map { row in zip(columns, row).filter { !$0.0.isForMachines }.map(\.1) }
        return table
    }

    /// The headings for people: those of points in time name their zone.
    public var headings: [String] {
        columns.enumerated().map { index, column in
            let holdsTimes = rows.contains { row in
                if index < row.count, case .timestamp = row[index] { true } else { false }
            }
            return holdsTimes ? "\(column.header) (UTC)" : column.header
        }
    }
}

/// A column of a ``Table``.
public struct Column: Sendable, Equatable {
    /// Where the text of a cell stands within its width.
    public enum Alignment: Sendable { case leading, trailing }

    /// Machine name, snake_case, as it stands in JSON and CSV.
    public var name: String
    /// Heading for people.
    public var header: String
    /// Alignment; numbers stand on the right.
    public var alignment: Alignment
    /// Whether the column may be cut or wrapped when the terminal is too narrow.
    public var isFlexible: Bool
    /// Whether the column may be left out when the terminal is too narrow even so; the last such column goes first.
    public var isOptional: Bool
    /// Whether it is for programs alone: it is in CSV, NDJSON and the like, and in no table.
    public var isForMachines: Bool
    /// Whether it holds commands or SQL to be copied: such a cell is never cut or wrapped; where the table is too wide, it
    /// stands below its row.
    public var isCommand: Bool

    /// Makes a column; the header defaults to the name with blanks for underscores.
    public init(
        _ name: String, header: String? = nil, alignment: Alignment = .leading, isFlexible: Bool = false,
        isOptional: Bool = false, isForMachines: Bool = false, isCommand: Bool = false
    ) {
        self.name = name
        self.header = header ?? name.replacing("_", with: " ")
        self.alignment = alignment
        self.isFlexible = isFlexible
        self.isOptional = isOptional
        self.isForMachines = isForMachines
        self.isCommand = isCommand
    }

    /// A column of numbers.
    public static func number(_ name: String, header: String? = nil, isOptional: Bool = false) -> Column {
        Column(name, header: header, alignment: .trailing, isOptional: isOptional)
    }
}

/// A cell of a ``Table``; the case says how people and machines are shown the value.
public enum Cell: Sendable, Equatable {
    /// No value: an empty cell for people, `null` in JSON.
    case null
    case text(String)
    case integer(Int64)
    /// A number shown with so many fraction digits; machines get the full value.
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
    public static func optional(_ text: String?) -> Cell { text.map(Cell.text) ?? .null }
    /// An integer cell from any integer.
    public static func count(_ value: some BinaryInteger) -> Cell { .integer(Int64(value)) }
    /// A timestamp cell, or `.null` for nil.
    public static func optional(_ date: Date?) -> Cell { date.map(Cell.timestamp) ?? .null }
}
