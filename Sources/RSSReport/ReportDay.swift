import PostgresClient

/// A day or a period as a user writes it: `2026-10-31`, `2026-10`, `2026`, `today`, `-30d`, `last-month`.
///
/// As the first day of a filter it is the first day of the period, as the last day the last one. What is relative is
/// relative to the server's day.
package enum ReportDay: Sendable, Equatable {
    /// These days.
    case days(CalendarDate, CalendarDate)
    /// That many days from today.
    case fromToday(days: Int)
    /// That many months from today, the day clamped to the month's last.
    case months(Int)
    /// The week, Monday to Sunday, that many after this one.
    case week(Int)
    /// The months of a unit of that many (1, 3, 12), that many units after this one.
    case unit(months: Int, Int)

    /// Reads a text; nil for one that is not a day.
    package init?(_ text: String) {
        if let day = CalendarDate(text) {
            self = .days(day, day)
        } else if let period = Self.period(text) {
            self = period
        } else if let named = Self.named(text) {
            self = named
        } else if let relative = Self.relative(text) {
            self = relative
        } else {
            return nil
        }
    }

    /// How they are written, for messages.
    package static let forms =
        "YYYY-MM-DD, YYYY-MM, YYYY, today, yesterday, -30d, -6w, -3m, -1y, this-month, last-month (week, quarter, year)"

    /// `2026`, `2026-10`
    private static func period(_ text: String) -> ReportDay? {
        guard text.utf8.allSatisfy({ (48...57).contains($0) || $0 == 45 }) else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        if parts.count == 1, parts[0].count == 4, let year = Int(parts[0]),
            let first = CalendarDate(year: year, month: 1, day: 1)
        {
            return .days(first, first.startOfMonth(adding: 12).adding(days: -1))
        }
        if parts.count == 2, parts[0].count == 4, parts[1].count == 2, let first = CalendarDate("\(text)-01") {
            return .days(first, first.startOfMonth(adding: 1).adding(days: -1))
        }
        return nil
    }

    private static func named(_ text: String) -> ReportDay? {
        switch text {
        case "today": return .fromToday(days: 0)
        case "yesterday": return .fromToday(days: -1)
        case "tomorrow": return .fromToday(days: 1)
        default: break
        }
        let parts = text.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, let shift = ["this": 0, "last": -1, "next": 1][parts[0]] else { return nil }
        switch parts[1] {
        case "week": return .week(shift)
        case "month": return .unit(months: 1, shift)
        case "quarter": return .unit(months: 3, shift)
        case "year": return .unit(months: 12, shift)
        default: return nil
        }
    }

    /// `-30d`, `+2w`
    private static func relative(_ text: String) -> ReportDay? {
        guard let sign = text.first, sign == "-" || sign == "+", let unit = text.last,
            let number = Int(text.dropFirst().dropLast()), (0...100_000).contains(number),
            text.dropFirst().first != "-", text.dropFirst().first != "+"
        else { return nil }
        let count = sign == "-" ? -number : number
        switch unit {
        case "d": return .fromToday(days: count)
        case "w": return .fromToday(days: count * 7)
        case "m": return .months(count)
        case "y": return .months(count * 12)
        default: return nil
        }
    }

    /// The first and the last day.
    package func span(today: CalendarDate) -> (first: CalendarDate, last: CalendarDate) {
        switch self {
        case .days(let first, let last): return (first, last)
        case .fromToday(let days):
            let day = today.adding(days: days)
            return (day, day)
        case .months(let months):
            let month = today.startOfMonth(adding: months)
            let length = CalendarDate.days(inMonth: month.parts.month, ofYear: month.parts.year)
            let day = month.adding(days: min(today.parts.day, length) - 1)
            return (day, day)
        case .week(let weeks):
            // 1970-01-01 was a Thursday.
            let weekday = ((today.daysSinceEpoch + 3) % 7 + 7) % 7
            let monday = today.adding(days: weeks * 7 - weekday)
            return (monday, monday.adding(days: 6))
        case .unit(let months, let shift):
            let into = (today.parts.month - 1) % months
            let first = today.startOfMonth(adding: shift * months - into)
            return (first, first.startOfMonth(adding: months).adding(days: -1))
        }
    }
}
