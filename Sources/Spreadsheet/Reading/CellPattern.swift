/// How a whole number is shown that identifies something: with zeros in front of it, or letters and hyphens around and between
/// its digits, as the formats `0000000`, `"S"0` and `000-00-0000` show it.
struct CellPattern: Equatable {
    fileprivate enum Part: Equatable {
        /// A digit, or a zero where the number has none.
        case zero
        /// A digit, or nothing.
        case digit
        case text(String)
    }

    private let parts: [Part]

    /// Reads the code of a format; nil for one that shows a quantity: with a point, a currency, a unit, or nothing but digits.
    init?(code: String) {
        var parts: [Part] = []
        var scalars = code.unicodeScalars.makeIterator()
        reading: while let scalar = scalars.next() {
            switch scalar {
            case ";": break reading
            case "0": parts.append(.zero)
            case "#": parts.append(.digit)
            case "\"":
                var text = ""
                while let next = scalars.next(), next != "\"" { text.unicodeScalars.append(next) }
                parts.append(.text(text))
            case "\\":
                guard let next = scalars.next() else { return nil }
                parts.append(.text(String(next)))
            // As wide as the next character, or the next character as often as it fits.
            case "_", "*": _ = scalars.next()
            case "[":
                var inside = ""
                while let next = scalars.next(), next != "]" { inside.unicodeScalars.append(next) }
                // A colour shows nothing; a currency, a language or a condition does.
                guard
                    inside.unicodeScalars.allSatisfy({ $0.properties.isAlphabetic || $0.properties.numericType != nil })
                else { return nil }
            case "-", "/", "(", ")", " ", ":": parts.append(.text(String(scalar)))
            default: return nil
            }
        }
        let isCurrency = parts.contains { part in
            if case .text(let text) = part {
                text.unicodeScalars.contains { $0.properties.generalCategory == .currencySymbol }
            } else {
                false
            }
        }
        guard !isCurrency, let first = parts.firstIndex(where: \.isDigit), let last = parts.lastIndex(where: \.isDigit)
        else { return nil }
        // A text after the last digit alone is a unit.
        let isTag =
            parts.count { $0 == .zero } > 1 || parts[..<last].contains { part in !part.isDigit && part != .text(" ") }
        guard isTag, first <= last else { return nil }
        self.parts = parts
    }

    /// A whole number as it is shown; nil for anything else.
    func text(_ number: String) -> String? {
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        var digits = Array(number)
        var shown: [String] = []
        let first = parts.firstIndex(where: \.isDigit)
        for (index, part) in parts.enumerated().reversed() {
            switch part {
            case .text(let text): shown.append(text)
            case .zero: shown.append(String(digits.popLast() ?? "0"))
            case .digit: shown.append(digits.popLast().map { String($0) } ?? "")
            }
            // What is left precedes the first place.
            if index == first, !digits.isEmpty {
                shown.append(String(digits))
                digits = []
            }
        }
        return shown.reversed().joined()
    }
}

extension CellPattern.Part {
    fileprivate var isDigit: Bool { self == .zero || self == .digit }
}
