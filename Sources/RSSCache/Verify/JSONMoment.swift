import PostgresClient

/// A timestamp as jsonb has it: `2026-11-22T20:58:13.292647+01:00`.
struct JSONMoment: Equatable {
    /// Microseconds since 1970 in UTC.
    let microseconds: Int64
    /// The offset as written.
    let offset: String

    /// Reads a text; nil for any other.
    init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard (22...40).contains(bytes.count), bytes[10] == UInt8(ascii: "T"),
            let sign = bytes[19...].lastIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }),
            let day = CalendarDate(String(decoding: bytes[..<10], as: UTF8.self)),
            let time = Self.seconds(bytes[11..<19], fields: 3...3),
            let east = Self.seconds(bytes[(sign + 1)...], fields: 1...3)
        else { return nil }
        var fraction: Int64 = 0
        if sign > 19 {
            let digits = bytes[20..<sign]
            guard bytes[19] == UInt8(ascii: "."), (1...6).contains(digits.count),
                let number = Int64(String(decoding: digits, as: UTF8.self))
            else { return nil }
            fraction = (digits.count..<6).reduce(number) { number, _ in number * 10 }
        }
        offset = String(decoding: bytes[sign...], as: UTF8.self)
        let shift = bytes[sign] == UInt8(ascii: "-") ? -east : east
        microseconds = (Int64(day.daysSinceEpoch) * 86_400 + time - shift) * 1_000_000 + fraction
    }

    /// `20:58:13`, `01`, `05:30` in seconds.
    private static func seconds(_ bytes: ArraySlice<UInt8>, fields: ClosedRange<Int>) -> Int64? {
        let parts = bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        let numbers = parts.compactMap { $0.count == 2 ? Int64(String(decoding: $0, as: UTF8.self)) : nil }
        guard fields.contains(parts.count), numbers.count == parts.count else { return nil }
        return zip(numbers, [3600, 60, 1]).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
