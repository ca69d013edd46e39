/// What a file has in place of identifiers, by column, with the first of each.
public struct PlaceholderTally: Sendable, Equatable {
    /// Those of a column.
    public struct Entry: Sendable, Equatable, Encodable {
        /// The column by its name in files.
        public let column: String
        /// How many rows have one.
        public internal(set) var count: Int
        /// The line of the first.
        public let line: Int
        /// The first.
        public let value: String
    }

    /// In the order in which they were found.
    public private(set) var entries: [Entry] = []

    /// Counts those of some rows.
    mutating func add(_ rows: EncodedRows, _ columns: [ImportColumn]) {
        for found in rows.placeholders {
            let name = columns[found.column].name
            if let index = entries.firstIndex(where: { $0.column == name }) {
                entries[index].count += 1
            } else {
                entries.append(Entry(column: name, count: 1, line: found.line, value: RowProblem.shown(found.value)))
            }
        }
    }

    /// One sentence for each column.
    public var notes: [String] {
        entries.map { entry in
            let (values, verbs) =
                entry.count == 1 ? ("value", "identifies nothing, and was") : ("values", "identify nothing, and were")
            return
                "\(entry.column): \(entry.count) \(values) such as '\(entry.value)' (line \(entry.line)) \(verbs) not stored."
        }
    }
}
