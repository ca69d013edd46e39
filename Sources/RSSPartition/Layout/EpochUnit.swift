/// What the numbers of an integer key count since 1970-01-01 00:00 in UTC, where they are points of time.
package enum EpochUnit: String, Sendable, Hashable, Codable, CaseIterable, CustomStringConvertible {
    case seconds = "s"
    case milliseconds = "ms"
    case microseconds = "us"

    /// Reads `s`, `ms`, `us`, or the word as pg_partman writes it; nil for anything else.
    package init?(text: String) {
        guard let unit = Self.allCases.first(where: { $0.rawValue == text || $0.description == text }) else {
            return nil
        }
        self = unit
    }

    /// `seconds`
    package var description: String {
        switch self {
        case .seconds: "seconds"
        case .milliseconds: "milliseconds"
        case .microseconds: "microseconds"
        }
    }

    /// Microseconds of one.
    var length: Int64 {
        switch self {
        case .seconds: 1_000_000
        case .milliseconds: 1000
        case .microseconds: 1
        }
    }

    /// The instant of a number, in microseconds; what lies beyond the axis is its end.
    func instant(_ number: Int64) -> Int64 {
        let (instant, overflows) = number.multipliedReportingOverflow(by: length)
        return overflows ? (number < 0 ? .min : .max) : instant
    }

    /// The number of an instant, rounded down; an end of the axis stays one.
    func number(_ instant: Int64) -> Int64 {
        instant == .min || instant == .max ? instant : instant.floorDivided(by: length)
    }

    /// A bound of numbers as one of instants.
    func instants(_ bound: Partition.Bound) -> Partition.Bound {
        Partition.Bound(lower: bound.lower.map(instant), upper: bound.upper.map(instant))
    }

    /// A cell of instants as one of numbers; its name stays that of the time.
    func numbers(_ cell: PartitionCell) -> PartitionCell {
        PartitionCell(lower: number(cell.lower), upper: number(cell.upper), suffix: cell.suffix)
    }
}
