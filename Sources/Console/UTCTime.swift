import Foundation

/// A point in time as calendar fields in UTC, without a calendar or a locale.
///
/// The civil-from-days arithmetic is Howard Hinnant's (proleptic Gregorian calendar, as PostgreSQL's).
struct UTCTime {
    let year: Int
    let month: Int
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    let microsecond: Int

    /// The fields of a date; nil for one beyond what a calendar shows (`infinity`).
    init?(_ date: Date) {
        let seconds = date.timeIntervalSince1970
        guard seconds.isFinite, abs(seconds) < 1e14, date != .distantFuture, date != .distantPast else { return nil }
        var whole = Int(seconds.rounded(.down))
        var micros = Int(((seconds - seconds.rounded(.down)) * 1_000_000).rounded())
        if micros == 1_000_000 { (whole, micros) = (whole + 1, 0) }
        let days = Self.floorDivide(whole, 86_400)
        let rest = whole - days * 86_400
        let shifted = days + 719_468
        let era = Self.floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        microsecond = micros
    }

    private static func floorDivide(_ value: Int, _ divisor: Int) -> Int {
        value >= 0 ? value / divisor : (value - divisor + 1) / divisor
    }

    /// `2026-11-24T01:59:50Z` for machines; milliseconds or microseconds follow where there are any.
    static func iso8601(_ date: Date) -> String {
        guard let time = UTCTime(date) else { return infinity(date) }
        return time.dateText + "T" + time.clockText + time.fraction + "Z"
    }

    /// `2026-11-24 01:59:50` for people.
    static func display(_ date: Date) -> String {
        guard let time = UTCTime(date) else { return infinity(date) }
        return time.dateText + " " + time.clockText
    }

    private static func infinity(_ date: Date) -> String {
        date.timeIntervalSince1970 < 0 ? "-infinity" : "infinity"
    }

    private var dateText: String {
        digits(year, 4) + "-" + digits(month, 2) + "-" + digits(day, 2)
    }

    private var clockText: String {
        digits(hour, 2) + ":" + digits(minute, 2) + ":" + digits(second, 2)
    }

    private var fraction: String {
        if microsecond == 0 { return "" }
        if microsecond % 1000 == 0 { return "." + digits(microsecond / 1000, 3) }
        return "." + digits(microsecond, 6)
    }

    private func digits(_ value: Int, _ count: Int) -> String {
        let text = String(value.magnitude)
        let padded = String(repeating: "0", count: max(0, count - text.count)) + text
        return value < 0 ? "-" + padded : padded
    }
}
