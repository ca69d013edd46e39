import PostgresClient

/// Reads the dates that inventories hold: `YYYY-MM-DD`, `DD.MM.YYYY`, and `DD/MM/YYYY` where it can mean nothing else.
enum DateText: Equatable {
    case day(CalendarDate)
    /// There is no such day, or the form is none of these.
    case invalid
    /// `03/04/2026`: the third of April, or the fourth of March.
    case ambiguous

    static func parse(_ text: String) -> DateText {
        if let parts = numbers(text, "-"), parts[0].digits == 4 {
            return day(parts[0].value, parts[1].value, parts[2].value, parts[1].digits, parts[2].digits)
        }
        if let parts = numbers(text, "."), parts[2].digits == 4 {
            return day(parts[2].value, parts[1].value, parts[0].value, parts[1].digits, parts[0].digits)
        }
        if let parts = numbers(text, "/"), parts[2].digits == 4 {
            if parts[0].value <= 12, parts[1].value <= 12, parts[0].value != parts[1].value { return .ambiguous }
            return day(parts[2].value, parts[1].value, parts[0].value, parts[1].digits, parts[0].digits)
        }
        return .invalid
    }

    private static func day(_ year: Int, _ month: Int, _ day: Int, _ monthDigits: Int, _ dayDigits: Int) -> DateText {
        // Year 0 is in no calendar that people use; PostgreSQL refuses it too.
        guard year > 0, monthDigits <= 2, dayDigits <= 2, let date = CalendarDate(year: year, month: month, day: day)
        else { return .invalid }
        return .day(date)
    }

    private static func numbers(_ text: String, _ separator: Character) -> [(value: Int, digits: Int)]? {
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        guard parts.count == 3,
            parts.allSatisfy({ (1...4).contains($0.utf8.count) && $0.utf8.allSatisfy { 48...57 ~= $0 } })
        else {
            return nil
        }
        return parts.map { (Int($0) ?? 0, $0.utf8.count) }
    }
}
