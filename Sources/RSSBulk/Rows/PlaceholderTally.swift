/// The placeholders that a file has in place of identifiers, by column, with the first of each.
package struct PlaceholderTally: Sendable, Equatable {
    /// Those of a column.
    package struct Entry: Sendable, Equatable, Encodable {
        /// The column by its name in files.
        package let column: String
        /// How many rows have one.
        package internal(set) var count: Int
        /// The line of the first.
        package let line: Int
        /// The first.
        package let value: String
    }

    /// In the order in which they were found.
    package private(set) var entries: [Entry] = []

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
    package var notes: [String] {
        entries.map { entry in
            let (values, verbs) =
                entry.count == 1 ? ("value", "identifies nothing, and was") : ("values", "identify nothing, and were")
            return
                "\(entry.column): \(entry.count) \(values) such as '\(entry.value)' (line \(entry.line)) \(verbs) not stored."
        }
    }
}
