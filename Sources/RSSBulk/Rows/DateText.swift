import PostgresClient

/// Reads the dates that inventories hold: `YYYY-MM-DD`, `YYYY/MM/DD`, `DD.MM.YYYY`, and `DD/MM/YYYY` or `MM/DD/YYYY` where
/// it can mean one day alone; with midnight after them, or nothing.
enum DateText: Equatable {
    case day(CalendarDate)
    /// PostgreSQL's `infinity` or `-infinity`.
    case infinite(isPast: Bool)
    /// The day does not exist, or the form is not one of these.
    case invalid
    /// `03/04/2026`: the third of April, or the fourth of March.
    case ambiguous

    /// Years that a date of the other forms may have: one before them has lost digits.
    private static let years = 1900...9999

    static func parse(_ text: String) -> DateText {
        let text = withoutMidnight(text)
        // The form in which PostgreSQL writes dates, and so the export does.
        if let parts = numbers(text, "-"), parts[0].digits == 4 {
            return day(parts[0].value, parts[1].value, parts[2].value, parts[1].digits, parts[2].digits)
        }
        if let parts = numbers(text, "."), parts[2].digits == 4, years.contains(parts[2].value) {
            return day(parts[2].value, parts[1].value, parts[0].value, parts[1].digits, parts[0].digits)
        }
        if let parts = numbers(text, "/") {
            if parts[0].digits == 4, years.contains(parts[0].value) {
                return day(parts[0].value, parts[1].value, parts[2].value, parts[1].digits, parts[2].digits)
            }
            guard parts[2].digits == 4, years.contains(parts[2].value) else { return .invalid }
            if parts[0].value <= 12, parts[1].value <= 12, parts[0].value != parts[1].value { return .ambiguous }
            // No month is a 27th: month and day, as in America.
            if parts[1].value > 12 {
                return day(parts[2].value, parts[0].value, parts[1].value, parts[0].digits, parts[1].digits)
            }
            return day(parts[2].value, parts[1].value, parts[0].value, parts[1].digits, parts[0].digits)
        }
        switch text.lowercased() {
        case "infinity": return .infinite(isPast: false)
        case "-infinity": return .infinite(isPast: true)
        default: break
        }
        if text.hasSuffix(" BC"), let date = CalendarDate(text) { return .day(date) }
        return .invalid
    }

    /// The day alone, where its midnight is given: `2026-01-05T00:00:00Z`, `05.01.2026 00:00`, `11/27/2017 0:00:00`. Any other
    /// time is not dropped.
    private static func withoutMidnight(_ text: String) -> String {
        guard let end = text.firstIndex(where: { $0 == "T" || $0 == " " }) else { return text }
        var time = text[text.index(after: end)...]
        var isNoonBased = false
        if time.uppercased().hasSuffix("AM") {
            time = time.dropLast(2)
            while time.last == " " { time.removeLast() }
            isNoonBased = true
        }
        for zone in ["Z", "+00:00", "+0000", "+00"] where time.hasSuffix(zone) && time.contains(":") {
            time = time.dropLast(zone.count)
            break
        }
        var parts = time.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), !isNoonBased || parts[0] == "12" || Int(parts[0]) == 0 else { return text }
        if isNoonBased { parts[0] = "0" }
        let isMidnight = parts.enumerated().allSatisfy { index, part in
            let digits = index == 2 ? part.filter { $0 != "." } : String(part)
            return !digits.isEmpty && digits.count <= 8 && digits.utf8.allSatisfy { $0 == UInt8(ascii: "0") }
        }
        return isMidnight ? String(text[..<end]) : text
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
