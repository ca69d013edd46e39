/// A second sheet that explains the first.
package struct SpreadsheetNotes: Sendable, Equatable {
    /// What its tab says.
    package var name: String
    /// Its rows, the first of them in bold.
    package var rows: [[String]]

    /// Makes one.
    package init(_ name: String, rows: [[String]]) {
        self.name = name
        self.rows = rows
    }
}
