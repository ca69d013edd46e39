/// Cells as text, as it is in a CSV file.
enum CellText {
    /// Serial numbers of days from this one on are of years that are not supported here: 10000-01-01.
    private static let dayLimit = 2_958_466.0

    /// Resolves `_x000D_` and its like, which represent characters that XML cannot hold (ECMA-376, 22.9.2.19).
    static func unescaped(_ text: [UInt8]) -> [UInt8] {
        guard text.contains(UInt8(ascii: "_")) else { return text }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var position = 0
        while position < text.count {
            guard let unit = escape(text, position) else {
                plain.append(text[position])
                position += 1
                continue
            }
            if let scalar = Unicode.Scalar(unit) {
                plain += UTF8.encode(scalar).map(Array.init) ?? []
                position += 7
            } else if let second = escape(text, position + 7), UTF16.isLeadSurrogate(unit),
                UTF16.isTrailSurrogate(second)
            {
                plain += Array(String(decoding: [unit, second], as: UTF16.self).utf8)
                position += 14
            } else {
                // Half a surrogate pair is not a character; it stays as it is written.
                plain += text[position..<position + 7]
                position += 7
            }
        }
        return plain
    }

    /// The UTF-16 unit that an escape at a place represents; nil where there is none.
    static func escape(_ text: [UInt8], _ position: Int) -> UInt16? {
        guard position + 7 <= text.count, text[position] == UInt8(ascii: "_"),
            text[position + 1] == UInt8(ascii: "x"), text[position + 6] == UInt8(ascii: "_")
        else { return nil }
        let digits = text[position + 2..<position + 6]
        guard digits.allSatisfy({ (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    }

    /// The number of a cell: a whole one digit by digit, any other one with a decimal point, as many digits as a spreadsheet
    /// shows. It holds what a person typed to 15 digits; those after them are rounding of the machine. So a whole number with
    /// more of them has an exponent, as a spreadsheet shows it, and is not accepted as a serial number.
    static func number(_ text: String) -> String {
        if isWhole(text) {
            let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
            guard digits.count > wholeDigits else { return text }
            return (text.hasPrefix("-") ? "-" : "") + long(String(digits), exponent: digits.count - 1)
        }
        guard let value = Double(text), value.isFinite else { return text }
        if value.magnitude >= 1e15, value == value.rounded() {
            let parts = scientific(value)
            return (value < 0 ? "-" : "") + long(parts.digits, exponent: parts.exponent)
        }
        if let whole = Int64(exactly: value) { return "\(whole)" }
        return plain(value)
    }

    /// The digits of a whole number that a spreadsheet keeps.
    private static let wholeDigits = 15

    /// `1.234567890123456E+15`
    private static func long(_ digits: String, exponent: Int) -> String {
        var rest = digits.dropFirst()
        while rest.last == "0" { rest.removeLast() }
        return "\(digits.prefix(1))\(rest.isEmpty ? "" : ".\(rest)")E+\(exponent)"
    }

    /// Whether a text is a whole number as it is to be written.
    private static func isWhole(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return !digits.isEmpty && digits.utf8.allSatisfy { (48...57).contains($0) }
            && (digits.count == 1 || digits.first != "0")
    }

    /// A number without an exponent, unless it would be longer than forty characters.
    private static func plain(_ value: Double) -> String {
        let parts = scientific(value)
        guard (-20...20).contains(parts.exponent) else { return "\(value)" }
        let sign = value < 0 ? "-" : ""
        let point = parts.exponent + 1
        if point <= 0 { return "\(sign)0.\(String(repeating: "0", count: -point))\(parts.digits)" }
        if parts.digits.count <= point {
            return sign + parts.digits + String(repeating: "0", count: point - parts.digits.count)
        }
        return "\(sign)\(parts.digits.prefix(point)).\(parts.digits.dropFirst(point))"
    }

    /// The significant digits of a number, fifteen at most and no zero at the end, and the power of ten of the first.
    private static func scientific(_ value: Double) -> (digits: String, exponent: Int) {
        // Swift writes the shortest form that means the number; only one that is longer than fifteen digits is rounded.
        let parts = "\(value.magnitude)".split(separator: "e")
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        var digits = mantissa.joined()
        var exponent = mantissa[0].count - 1 + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
        let zeros = digits.prefix { $0 == "0" }.count
        digits.removeFirst(min(zeros, digits.count - 1))
        exponent -= zeros
        if digits.count > 15 {
            let next = digits.utf8.dropFirst(15).first ?? 0
            var kept = Array(digits.utf8.prefix(15))
            if next >= UInt8(ascii: "5") {
                var index = kept.count - 1
                while index >= 0, kept[index] == UInt8(ascii: "9") {
                    kept[index] = UInt8(ascii: "0")
                    index -= 1
                }
                if index >= 0 {
                    kept[index] += 1
                } else {
                    kept.insert(UInt8(ascii: "1"), at: 0)
                    exponent += 1
                }
            }
            digits = String(decoding: kept, as: UTF8.self)
        }
        while digits.count > 1, digits.hasSuffix("0") { digits.removeLast() }
        return (digits, exponent)
    }

    /// A point in time from the days since the workbook's first one; nil for a number that is none.
    static func date(_ text: String, _ format: CellFormat, uses1904: Bool) -> String? {
        guard let serial = Double(text), serial >= 0, serial < dayLimit else { return nil }
        let seconds = Int((serial * 86_400).rounded())
        let (day, second) = (seconds / 86_400, seconds % 86_400)
        if format == .elapsed { return time(seconds) }
        // In the system of 1900 the day 0 is none, and holds times without a date; in that of 1904 it is one.
        if day == 0, format == .time || (!uses1904 && second > 0) { return time(second) }
        return second == 0 ? self.day(day, uses1904) : "\(self.day(day, uses1904)) \(time(second))"
    }

    /// A point in time that is written as one (ISO 8601), in the form of the others.
    static func date(iso text: String) -> String {
        let parts = text.split(separator: "T", maxSplits: 1)
        guard parts.count == 2 else { return text }
        let time = parts[1].prefix { $0 != "." && $0 != "Z" && $0 != "+" }
        return time == "00:00:00" || time == "00:00" ? String(parts[0]) : "\(parts[0]) \(time)"
    }

    private static func day(_ day: Int, _ uses1904: Bool) -> String {
        if uses1904 { return CivilDay(daysSince1970: day - 24_107).description }
        // Excel holds 1900 to be a leap year, as Lotus 1-2-3 did: up to its 29 February days count from a day later on.
        switch day {
        case 0: return "1900-01-00"
        case ..<60: return CivilDay(daysSince1970: day - 25_568).description
        case 60: return "1900-02-29"
        default: return CivilDay(daysSince1970: day - 25_569).description
        }
    }

    private static func time(_ seconds: Int) -> String {
        [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
