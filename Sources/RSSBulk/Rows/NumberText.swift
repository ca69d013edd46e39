/// Reads the decimal numbers that people type: `12.5`, `12,5`, `1.234,5`, `1,234.5`, `1 234,5`.
enum NumberText: Equatable {
    /// The number times ten to the power of the scale.
    case number(Int64)
    case invalid
    /// `1,234`: between one and two, or more than a thousand.
    case ambiguous
    case tooLarge
    case tooFine

    /// Reads a number that is not negative.
    ///
    /// - Parameter usesDecimalComma: what a single separator with three digits after it is likely to be: in a file with
    ///   semicolons a comma is a decimal one, and a point may be either; in others it is the other way round.
    static func parse(_ text: String, usesDecimalComma: Bool, precision: Int, scale: Int) -> NumberText {
        let plain = Array(text.unicodeScalars).filter { $0 != " " && $0 != "\u{A0}" && $0 != "\u{202F}" && $0 != "'" }
        let points = plain.count { $0 == "." }
        let commas = plain.count { $0 == "," }
        let decimal: Unicode.Scalar?
        if points > 0, commas > 0 {
            // Both: the last one is the decimal separator, and occurs once.
            guard let last = plain.last(where: { $0 == "." || $0 == "," }), plain.count(where: { $0 == last }) == 1
            else {
                return .invalid
            }
            decimal = last
        } else if points + commas == 1 {
            let separator: Unicode.Scalar = points == 1 ? "." : ","
            let behind = plain.split(separator: separator, omittingEmptySubsequences: false).last?.count ?? 0
            let isUsual = separator == (usesDecimalComma ? "," : ".")
            if behind == 3, !isUsual { return .ambiguous }
            decimal = separator
        } else {
            decimal = nil
        }
        return number(plain, decimal: decimal, precision: precision, scale: scale)
    }

    private static func number(
        _ plain: [Unicode.Scalar], decimal: Unicode.Scalar?, precision: Int, scale: Int
    ) -> NumberText {
        let parts = plain.split(separator: decimal ?? "\0", maxSplits: 1, omittingEmptySubsequences: false)
        let thousands: Unicode.Scalar = decimal == "." ? "," : decimal == "," ? "." : plain.contains(",") ? "," : "."
        let groups = parts[0].split(separator: thousands, omittingEmptySubsequences: false)
        if groups.count > 1 {
            guard (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else {
                return .invalid
            }
        }
        let whole = groups.joined()
        var fraction = parts.count > 1 ? Array(parts[1]) : []
        guard !whole.isEmpty || !fraction.isEmpty, whole.allSatisfy(isDigit), fraction.allSatisfy(isDigit),
            parts.count == 1 || !fraction.isEmpty
        else { return .invalid }
        while fraction.count > scale, fraction.last == "0" { fraction.removeLast() }
        guard fraction.count <= scale else { return .tooFine }
        let digits = whole.drop { $0 == "0" }
        guard digits.count <= precision - scale else { return .tooLarge }
        var unscaled: Int64 = 0
        for digit in Array(digits) + fraction { unscaled = unscaled * 10 + Int64(digit.value - 48) }
        for _ in fraction.count..<scale { unscaled *= 10 }
        return .number(unscaled)
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { (48...57).contains(scalar.value) }

    /// Whether a text looks like `1.23457E+11`, which is what a spreadsheet shows of a long number: a digit, perhaps some after a point or
    /// a comma, `E+` and digits.
    static func isScientific(_ text: String) -> Bool {
        func digits(_ rest: inout Substring.UTF8View) -> Int {
            let count = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        var rest = text.utf8[...]
        guard digits(&rest) == 1 else { return false }
        if let sign = rest.first, sign == UInt8(ascii: ".") || sign == UInt8(ascii: ",") {
            rest = rest.dropFirst()
            guard digits(&rest) > 0 else { return false }
        }
        guard rest.popFirst().map({ $0 | 0x20 }) == UInt8(ascii: "e"), rest.popFirst() == UInt8(ascii: "+") else {
            return false
        }
        return digits(&rest) > 0 && rest.isEmpty
    }
}
