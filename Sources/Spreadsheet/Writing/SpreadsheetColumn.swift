/// A column of a sheet that is written.
package struct SpreadsheetColumn: Sendable, Equatable {
    /// How cells are shown, and how input into empty ones is treated.
    package enum Kind: Sendable, Equatable {
        /// As typed, so that serial numbers keep their zeros and digits.
        case text
        /// A number.
        case number
        /// A day.
        case date
    }

    /// The text in the first row.
    package var name: String
    /// What it holds.
    package var kind: Kind
    /// Its width in characters.
    package var width: Int
    /// The words that a program offers for its cells; none where any value will do.
    package var choices: [String] = []

    /// Makes a column; it is as wide as its name and a usual value unless given otherwise.
    package init(_ name: String, _ kind: Kind = .text, width: Int? = nil) {
        self.name = name
        self.kind = kind
        self.width = min(max(width ?? max(name.count + 2, kind == .text ? 18 : 12), 1), 255)
    }
}
