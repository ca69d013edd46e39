import Foundation

/// Reads and writes the ISO form of timestamps, to the microsecond: `2026-11-24 01:59:50.123456+00`.
enum PostgresTimestamp {
    static func text(_ date: Date) -> String {
        if date == .distantFuture { return "infinity" }
        if date == .distantPast { return "-infinity" }
        let micros = Int64((date.timeIntervalSince1970 * 1_000_000).rounded())
        let day = CalendarDate(
            daysSinceEpoch: Int(micros >= 0 ? micros / dayMicros : (micros - dayMicros + 1) / dayMicros))
        let ofDay = micros - Int64(day.daysSinceEpoch) * dayMicros
        let seconds = ofDay / 1_000_000
        func padded(_ value: Int64, _ width: Int) -> String {
            let text = "\(value)"
            return String(repeating: "0", count: width - text.count) + text
        }
        let time =
            "\(padded(seconds / 3600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2)).\(padded(ofDay % 1_000_000, 6))+00"
        let date = day.description
        return date.hasSuffix(" BC") ? "\(date.dropLast(3)) \(time) BC" : "\(date) \(time)"
    }

    private static let dayMicros: Int64 = 86_400_000_000

    static func date(_ text: String) -> Date? {
        if text == "infinity" { return .distantFuture }
        if text == "-infinity" { return .distantPast }
        let isBC = text.hasSuffix(" BC")
        let parts = (isBC ? text.dropLast(3) : text[...]).split(separator: " ", maxSplits: 1)
        guard parts.count == 2, let day = CalendarDate(isBC ? "\(parts[0]) BC" : String(parts[0])) else { return nil }
        let clock = parts[1]
        let zoneStart = clock.firstIndex { $0 == "+" || $0 == "-" } ?? clock.endIndex
        let zone = clock[zoneStart...]
        guard let ofDay = seconds(clock[..<zoneStart]), let offset = zone.isEmpty ? 0 : seconds(zone.dropFirst()) else {
            return nil
        }
        let shift = zone.hasPrefix("-") ? -offset : offset
        return Date(timeIntervalSince1970: Double(day.daysSinceEpoch) * 86_400 + ofDay - shift)
    }

    /// Seconds of `HH[:MM[:SS[.ffffff]]]`.
    private static func seconds(_ text: Substring) -> Double? {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...3).contains(fields.count) else { return nil }
        var total = 0.0
        for (field, factor) in zip(fields, [3600.0, 60, 1]) {
            guard let value = Double(field), value >= 0 else { return nil }
            total += value * factor
        }
        return total
    }
}
