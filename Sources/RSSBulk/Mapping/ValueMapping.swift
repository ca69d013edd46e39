import Foundation

/// What values of a file mean, for those that are not understood by themselves: `status:aktiv=active`.
package struct ValueMapping: Sendable, Equatable {
    /// A value of a column, and what it means there.
    package struct Entry: Sendable, Equatable {
        /// The column, by its name in files.
        package let column: String
        /// The value as it is in the file; case, and blanks at its ends, do not matter.
        package let value: String
        /// What it means; empty for no value.
        package let meaning: String

        /// Reads `status:aktiv=active`; nil for anything else.
        package init?(_ text: String) {
            guard let colon = text.firstIndex(of: ":"), colon > text.startIndex,
                // The last sign: a value of a file may have one in it.
                let sign = text.lastIndex(of: "="), sign > colon
            else { return nil }
            column = String(text[..<colon]).trimmingCharacters(in: .whitespaces)
            value = String(text[text.index(after: colon)..<sign])
            meaning = String(text[text.index(after: sign)...]).trimmingCharacters(in: .whitespaces)
        }

        /// As it is written.
        package var text: String { "\(column):\(value)=\(meaning)" }
    }

    /// What values mean in one column, by their plain form.
    typealias Meanings = [String: String]

    /// The entries.
    package var entries: [Entry]

    /// Makes a mapping.
    package init(_ entries: [Entry] = []) { self.entries = entries }

    /// A value as it is compared.
    static func plain(_ value: String) -> String {
        FieldReader.trimmed(value).precomposedStringWithCanonicalMapping.lowercased()
    }

    /// What values mean in a column.
    func meanings(in column: ImportColumn) -> Meanings {
        Meanings(
            entries.filter { $0.column == column.name || $0.column == column.target }
                .map { (Self.plain($0.value), $0.meaning) }
        ) { _, last in last }
    }

    /// Refuses a column that a file does not have: its entries would mean nothing.
    ///
    /// - Throws: ``ImportError/unusedValueMapping(_:columns:)``.
    func check(_ columns: [ImportColumn]) throws(ImportError) {
        for entry in entries where !columns.contains(where: { $0.name == entry.column || $0.target == entry.column }) {
            throw .unusedValueMapping(entry.text, column: entry.column, columns: columns.map(\.name))
        }
    }
}
