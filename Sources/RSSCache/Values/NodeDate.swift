import Foundation
import PostgresClient

/// Dates and times of PostgreSQL (DateStyle ISO) as node-postgres and `JSON.stringify` write them: `2026-11-22T19:58:13.292Z`.
enum NodeDate {
    /// Seconds east of UTC at a moment, in a time zone.
    typealias Zone = @Sendable (_ secondsSinceEpoch: Double) -> Int

    /// The zone of a name; nil for one that this machine does not know.
    static func zone(_ name: String) -> Zone? {
        guard let zone = TimeZone(identifier: name) else { return nil }
        return { zone.secondsFromGMT(for: Date(timeIntervalSince1970: $0)) }
    }

    /// A timestamptz; `null` for infinity, which node-postgres makes of it.
    static func json(instant text: String) -> String {
        json(Moment(text).map { $0.milliseconds - Double($0.offset ?? 0) * 1000 })
    }

    /// A date or a timestamp, which node-postgres reads in the time zone of the process.
    static func json(local text: String, in zone: Zone) -> String {
        json(
            Moment(text).map { moment in
                let wall = moment.milliseconds / 1000
                // Of a time that the clock shows twice the first counts, and where it is put forward the offset before
                // (ECMA-262, LocalTime).
                let (before, after) = (Double(zone(wall - 86_400)), Double(zone(wall + 86_400)))
                let isBefore = Double(zone(wall - before)) == before || Double(zone(wall - after)) != after
                return moment.milliseconds - (isBefore ? before : after) * 1000
            })
    }

    private static func json(_ milliseconds: Double?) -> String {
        guard let milliseconds, milliseconds.magnitude <= 8.64e15 else { return "null" }
        let whole = milliseconds.rounded(.towardZero)
        let day = Int((whole / 86_400_000).rounded(.down))
        let rest = Int(whole) - day * 86_400_000
        let (year, month, number) = CalendarDate(daysSinceEpoch: day).parts
        let years =
            (0...9999).contains(year)
            ? padded(year, 4) : (year < 0 ? "-" : "+") + padded(Int(year.magnitude), 6)
        return "\"\(years)-\(padded(month, 2))-\(padded(number, 2))T\(padded(rest / 3_600_000, 2))"
            + ":\(padded(rest / 60_000 % 60, 2)):\(padded(rest / 1000 % 60, 2)).\(padded(rest % 1000, 3))Z\""
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }

    /// The parts of a text such as `2026-11-22 19:58:13.292647+01`, ` BC` after it for years before 1.
    private struct Moment {
        /// Of the time as written, since 1970-01-01 at the same offset; whole, because JavaScript cuts the rest off.
        let milliseconds: Double
        /// Seconds east of UTC, where one is written.
        let offset: Int?

        /// Nil for infinity.
        init?(_ text: String) {
            let isBC = text.hasSuffix(" BC")
            let parts = (isBC ? text.dropLast(3) : text[...]).split(separator: " ")
            guard let first = parts.first, let day = CalendarDate(isBC ? "\(first) BC" : String(first)) else {
                return nil
            }
            var time = parts.count > 1 ? parts[1] : ""
            var offset: Int?
            if let sign = time.lastIndex(where: { $0 == "+" || $0 == "-" }) {
                offset = Int(Self.seconds(time[time.index(after: sign)...])) * (time[sign] == "-" ? -1 : 1)
                time = time[..<sign]
            }
            var fraction = 0.0
            if let point = time.firstIndex(of: ".") {
                // As postgres-date computes it, in the same arithmetic.
                fraction = (1000 * (Double("0\(time[point...])") ?? 0)).rounded(.towardZero)
                time = time[..<point]
            }
            self.offset = offset
            milliseconds = Double(day.daysSinceEpoch) * 86_400_000 + Self.seconds(time) * 1000 + fraction
        }

        private static func seconds(_ text: Substring) -> Double {
            zip(text.split(separator: ":"), [3600.0, 60, 1]).reduce(0) { $0 + (Double($1.0) ?? 0) * $1.1 }
        }
    }
}
