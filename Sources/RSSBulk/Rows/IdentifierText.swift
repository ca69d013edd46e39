import Foundation

/// The rules for texts that identify a thing, so that one thing has one text.
enum IdentifierText {
    /// The result of reading an identifier.
    enum Outcome: Equatable {
        case value(String)
        /// Many things have it.
        case placeholder
        case problem(RowProblem.Code, String)
    }

    /// Reads an identifier that ``clean(_:)`` and ``unwrapped(_:)`` have processed.
    static func read(_ text: String, _ placeholders: Placeholders) -> Outcome {
        var value = text
        // Excel's mark of a text, which is not part of it.
        if value.utf8.first == UInt8(ascii: "'"), value.utf8.count > 1 {
            value.removeFirst()
            value = FieldReader.trimmed(value)
        }
        if value.utf8.first == UInt8(ascii: "=") {
            return .problem(.formulaError, "is a formula; write the value in its cell")
        }
        if NumberText.isScientific(value) || hasLostDigits(value) {
            return .problem(
                .scientificNotation,
                "is what a spreadsheet shows for a long number; format the column as text there, and save the file again"
            )
        }
        return placeholders.contains(value) ? .placeholder : .value(value)
    }

    /// Whether a number has nothing but zeros after its fifteenth digit, three or more: spreadsheets keep no more digits.
    static func hasLostDigits(_ value: String) -> Bool {
        let digits = value.utf8
        return digits.count >= 18 && digits.allSatisfy { (48...57).contains($0) }
            && digits.dropFirst(15).allSatisfy { $0 == UInt8(ascii: "0") }
    }

    /// Without invisible characters: marks and spaces of no width, and blanks that are not a plain space. Composed (Unicode's form
    /// NFC), so that `é` is the same in whatever way it was typed.
    static func clean(_ value: String) -> String {
        guard !value.utf8.allSatisfy({ $0 < 0x80 }) else { return value }
        var scalars = String.UnicodeScalarView()
        for scalar in value.unicodeScalars where !isInvisible(scalar) {
            scalars.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        let visible = FieldReader.trimmed(String(scalars))
        let composed = visible.precomposedStringWithCanonicalMapping
        // Some characters have no composed form, and would only become longer.
        return composed.utf8.count <= visible.utf8.count ? composed : visible
    }

    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .format || scalar.properties.isVariationSelector || scalar == "\u{034F}"
    }

    /// Without what programs put around a value so that a spreadsheet takes it for a text: `="00123"`, and a `'`
    /// before what would be a formula.
    static func unwrapped(_ value: String) -> String {
        switch value.utf8.first {
        case UInt8(ascii: "="):
            guard value.hasPrefix("=\""), value.hasSuffix("\""), value.utf8.count >= 3 else { return value }
            let inside = String(value.dropFirst(2).dropLast())
            let plain = inside.replacing("\"\"", with: "")
            guard !plain.contains("\"") else { return value }
            return FieldReader.trimmed(inside.replacing("\"\"", with: "\""))
        case UInt8(ascii: "'"):
            return SpreadsheetSafety.isDisarmed(value) ? String(value.dropFirst()) : value
        default: return value
        }
    }
}
