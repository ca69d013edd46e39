/// A day of the Gregorian calendar, from the year 1 on, by the number that spreadsheets store.
struct CivilDay: Equatable {
    /// Negative before 1970-01-01.
    let daysSince1970: Int

    /// The day of that number.
    init(daysSince1970: Int) { self.daysSince1970 = daysSince1970 }

    /// Reads `YYYY-MM-DD`; nil for anything else, and where there is no such day.
    init?(_ text: some StringProtocol) {
        let fields = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard fields.map(\.count) == [4, 2, 2], fields.allSatisfy({ $0.allSatisfy { (48...57).contains($0) } }) else {
            return nil
        }
        let numbers = fields.map { $0.reduce(0) { $0 * 10 + Int($1 - 48) } }
        let (year, month, day) = (numbers[0], numbers[1], numbers[2])
        guard year > 0, (1...12).contains(month) else { return nil }
        // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil: a year begins in March.
        let shifted = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        daysSince1970 = shifted * 365 + shifted / 4 - shifted / 100 + shifted / 400 + dayOfYear - 719_468
        // A day that its month does not have is one of the next.
        guard parts == (year, month, day) else { return nil }
    }

    private var parts: (year: Int, month: Int, day: Int) {
        // Howard Hinnant, civil_from_days.
        let shifted = daysSince1970 + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let part = (5 * dayOfYear + 2) / 153
        let month = part < 10 ? part + 3 : part - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * part + 2) / 5 + 1)
    }
}

extension CivilDay: CustomStringConvertible {
    /// `YYYY-MM-DD`
    var description: String {
        let (year, month, day) = parts
        let number = "\(year)"
        let padding = String(repeating: "0", count: max(0, 4 - number.count))
        return "\(padding)\(number)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
    }
}
