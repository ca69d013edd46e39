import Foundation

/// A day of the proleptic Gregorian calendar, as PostgreSQL's `date` holds it; without a time zone.
package struct CalendarDate: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// Days since 1970-01-01, negative before.
    package let daysSinceEpoch: Int

    /// The day that many days after 1970-01-01.
    package init(daysSinceEpoch: Int) { self.daysSinceEpoch = daysSinceEpoch }

    /// A day by its parts; nil when there is no such day. Years run from -4712 to 5874897, PostgreSQL's own range;
    /// year 0 is 1 BC.
    package init?(year: Int, month: Int, day: Int) {
        guard (-4712...5_874_897).contains(year), (1...12).contains(month),
            (1...Self.days(inMonth: month, ofYear: year)).contains(day)
        else { return nil }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        daysSinceEpoch = era * 146_097 + dayOfEra - 719_468
    }

    /// The day of a point in time in UTC.
    package init(_ date: Date) {
        daysSinceEpoch = Int((date.timeIntervalSince1970 / 86_400).rounded(.down))
    }

    /// Year, month and day.
    package var parts: (year: Int, month: Int, day: Int) {
        // Howard Hinnant, civil_from_days.
        let shifted = daysSinceEpoch + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }

    /// The number of days of a month.
    package static func days(inMonth month: Int, ofYear year: Int) -> Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Reads `YYYY-MM-DD`, with ` BC` after it for years before 1; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let isBC = text.hasSuffix(" BC")
        let fields = (isBC ? text.dropLast(3) : text[...]).split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 3, fields.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { 48...57 ~= $0 } }),
            let year = Int(fields[0]), let month = Int(fields[1]), let day = Int(fields[2]), year > 0
        else { return nil }
        self.init(year: isBC ? 1 - year : year, month: month, day: day)
    }

    /// `YYYY-MM-DD`, with ` BC` after it for years before 1.
    package var description: String {
        let (year, month, day) = parts
        func padded(_ value: Int, _ width: Int) -> String {
            let text = "\(value)"
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return "\(padded(year > 0 ? year : 1 - year, 4))-\(padded(month, 2))-\(padded(day, 2))\(year > 0 ? "" : " BC")"
    }

    /// That many days later.
    package func adding(days: Int) -> CalendarDate { CalendarDate(daysSinceEpoch: daysSinceEpoch + days) }

    /// The first day of the month that many months after this day's month.
    package func startOfMonth(adding months: Int = 0) -> CalendarDate {
        let (year, month, _) = parts
        let index = year * 12 + month - 1 + months
        let newYear = index >= 0 ? index / 12 : (index - 11) / 12
        // A first of a month exists in every month, so only PostgreSQL's year range could make this nil.
        return CalendarDate(year: newYear, month: index - newYear * 12 + 1, day: 1) ?? self
    }

    /// Earlier days come first.
    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    /// Reads the text form from JSON and the like.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let day = CalendarDate(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "invalid date: '\(text)'")
        }
        self = day
    }

    /// Writes the text form.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

extension CalendarDate: PostgresEncodable, PostgresDecodable {
    package var postgresParameter: PostgresParameter { PostgresParameter(text: description, type: PostgresType.date) }

    /// A finite date; `infinity` is an error.
    package static func decode(_ field: Field) throws -> CalendarDate {
        guard let value = CalendarDate(try field.text()) else { throw field.mismatch(CalendarDate.self) }
        return value
    }
}
