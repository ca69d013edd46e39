/// A cell of a sheet that is written.
package enum SpreadsheetCell: Sendable, Equatable {
    /// Nothing.
    case empty
    /// A text, character for character: leading zeros, long digits and leading blanks stay.
    case text(String)
    /// A decimal number as PostgreSQL writes it. One of more than fifteen digits would be rounded by a spreadsheet, so it is
    /// written as a text; and so is what is not a number.
    case number(String)
    /// A date as PostgreSQL writes it, `YYYY-MM-DD`, with ` HH:MM:SS` or without. A spreadsheet knows none before March 1900
    /// (without error, that is) and none from year 10000 on; those are written as texts.
    case date(String)

    /// Whether a text is a number that a sheet holds without loss.
    static func isNumber(_ text: String) -> Bool {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        let parts = digits.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } })
        else {
            return false
        }
        // 007 must not be shown as 7.
        guard parts[0].count == 1 || parts[0].first != "0" else { return false }
        return parts.reduce(0) { $0 + $1.count } <= 15
    }

    /// The days since 1899-12-30, and whether there is a time; nil for what goes as a text.
    static func serial(_ text: String) -> (value: String, hasTime: Bool)? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), let date = CivilDay(parts[0]) else {
            return nil
        }
        let day = date.daysSince1970 + 25_569
        guard (61..<2_958_466).contains(day) else { return nil }
        guard parts.count == 2 else { return ("\(day)", false) }
        let time = parts[1].split(separator: ":", omittingEmptySubsequences: false).map {
            $0.count == 2 ? Int($0) : nil
        }
        guard time.count == 3, let hour = time[0], let minute = time[1], let second = time[2],
            (0..<24).contains(hour), (0..<60).contains(minute), (0..<60).contains(second)
        else { return nil }
        let share = Double(hour * 3600 + minute * 60 + second) / 86_400
        return ("\(Double(day) + share)", true)
    }
}
