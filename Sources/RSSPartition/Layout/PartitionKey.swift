import PostgresClient

/// What a table is partitioned by: one column, whose values lie on an axis of 64-bit numbers.
///
/// The points of the axis are microseconds since 1970-01-01 00:00 for keys of time (in UTC for `timestamptz` and UUIDv7,
/// by the wall clock for `date` and `timestamp`), and the numbers themselves for integers. A bound beyond the axis, such
/// as `infinity`, counts as its end.
package struct PartitionKey: Sendable, Hashable, Codable {
    /// The type of the column.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case date
        case timestamp
        case timestamptz
        /// `smallint`, `integer`, `bigint`.
        case integer
        /// `uuid` whose first 48 bits are Unix milliseconds; RFC 9562, 5.7.
        case uuid

        /// Whether the axis is one of time.
        package var isTime: Bool { self != .integer }
    }

    /// The column.
    package var column: String
    /// Its type.
    package var kind: Kind
    /// Whether it is NOT NULL.
    package var isNotNull: Bool
    /// The highest number of a `smallint` or `integer`; nil for other types.
    package var highest: Int64?
    /// What the numbers count where the table's policy says that they are points of time; for labels.
    package var epoch: EpochUnit?

    /// Whether the clock decides what is new.
    package var isTime: Bool { kind.isTime || epoch != nil }

    /// Makes a key.
    package init(column: String, kind: Kind, isNotNull: Bool = true, highest: Int64? = nil) {
        self.column = column
        self.kind = kind
        self.isNotNull = isNotNull
        self.highest = highest
    }

    /// A bound as the type of the key can have it: an end beyond the last number there is becomes an open one, which holds
    /// the same numbers. Nil for a bound that no number lies in.
    func representable(_ bound: Partition.Bound) -> Partition.Bound? {
        guard kind == .integer else { return bound }
        let last = highest ?? .max
        let first = highest.map { -$0 - 1 } ?? .min
        if let lower = bound.lower, lower > last { return nil }
        if let upper = bound.upper, upper <= first { return nil }
        return Partition.Bound(
            lower: bound.lower.flatMap { $0 < first ? nil : $0 },
            upper: bound.upper.flatMap { $0 > last || $0 == .max ? nil : $0 })
    }

    /// Microseconds of a day.
    package static let day: Int64 = 86_400_000_000

    /// A point as the text of a literal of the key's type, the same under every session's settings.
    ///
    /// A date is written by its day, a UUID by its millisecond: what is finer than that is cut.
    package func text(_ point: Int64) -> String {
        switch kind {
        case .integer: "\(point)"
        case .date: CalendarDate(daysSinceEpoch: Int(point.floorDivided(by: Self.day))).description
        case .timestamp: Self.timestamp(point, zone: "")
        case .timestamptz: Self.timestamp(point, zone: "+00")
        case .uuid: Self.uuid(point)
        }
    }

    /// A point as people read it: without a time that is midnight by the wall clock.
    package func label(_ point: Int64) -> String {
        let instant: Int64? = kind == .uuid ? point : epoch.map { $0.instant(point) }
        let text = instant.map { Self.timestamp($0, zone: "+00") } ?? text(point)
        return text.hasSuffix(" 00:00:00")
            ? String(text.dropLast(9)) : text.replacing(/(\d\d:\d\d):00(?=\+|$)/) { $0.1 }
    }

    private static func timestamp(_ point: Int64, zone: String) -> String {
        let days = point.floorDivided(by: day)
        let date = CalendarDate(daysSinceEpoch: Int(days)).description
        let time = point.floorRemainder(by: day)
        func padded(_ value: Int64, _ width: Int) -> String {
            String(repeating: "0", count: width - "\(value)".count) + "\(value)"
        }
        var clock = [time / 3_600_000_000, time / 60_000_000 % 60, time / 1_000_000 % 60].map { padded($0, 2) }
            .joined(separator: ":")
        if time % 1_000_000 != 0 { clock += "." + padded(time % 1_000_000, 6) }
        let (plain, era) = date.hasSuffix(" BC") ? (String(date.dropLast(3)), " BC") : (date, "")
        return "\(plain) \(clock)\(zone)\(era)"
    }

    /// The least UUIDv7 of a millisecond; those before 1970 and after the 48 bits are cut to the ends.
    private static func uuid(_ point: Int64) -> String {
        let milliseconds = min(max(0, point.floorDivided(by: 1000)), 0xFFFF_FFFF_FFFF)
        let hex = String(milliseconds, radix: 16)
        let padded = String(repeating: "0", count: 12 - hex.count) + hex
        return "\(padded.prefix(8))-\(padded.suffix(4))-0000-0000-000000000000"
    }
}

extension Int64 {
    /// The quotient rounded down, also below zero.
    package func floorDivided(by divisor: Int64) -> Int64 {
        let quotient = self / divisor
        return self % divisor < 0 ? quotient - 1 : quotient
    }

    /// The remainder of ``floorDivided(by:)``, never below zero.
    package func floorRemainder(by divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
