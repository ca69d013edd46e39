import PostgresClient

/// The cells into which an interval divides the axis of a key, by the wall clock.
///
/// Every point lies in exactly one cell, and each cell ends where the next begins.
package struct PartitionGrid: Sendable, Hashable {
    /// The interval.
    package let interval: PartitionInterval

    /// Makes a grid.
    package init(_ interval: PartitionInterval) { self.interval = interval }

    /// The first point of the cell that holds a point.
    package func start(of point: Int64) -> Int64 { start(of: point, adding: 0) }

    /// The first point of the cell that many cells after the one that holds a point. What would be beyond the axis is its
    /// end.
    package func start(of point: Int64, adding cells: Int) -> Int64 {
        let cells = Int64(cells)
        switch interval {
        case .hour: return Self.multiple(3_600_000_000, point, cells)
        case .day: return Self.multiple(PartitionKey.day, point, cells)
        case .step(let step): return Self.multiple(step, point, cells)
        case .week:
            // 1970-01-01 was a Thursday.
            let shift = 3 * PartitionKey.day
            let (shifted, overflows) = point.addingReportingOverflow(shift)
            if overflows { return .max }
            let start = Self.multiple(7 * PartitionKey.day, shifted, cells)
            return start < .min + shift ? .min : start == .max ? .max : start - shift
        case .month: return Self.months(1, point, cells)
        case .quarter: return Self.months(3, point, cells)
        case .year: return Self.months(12, point, cells)
        }
    }

    private static func multiple(_ unit: Int64, _ point: Int64, _ cells: Int64) -> Int64 {
        let (place, isBeyond) = point.floorDivided(by: unit).addingReportingOverflow(cells)
        if isBeyond { return cells < 0 ? .min : .max }
        let (product, overflows) = place.multipliedReportingOverflow(by: unit)
        return overflows ? (place < 0 ? .min : .max) : product
    }

    private static func months(_ unit: Int64, _ point: Int64, _ cells: Int64) -> Int64 {
        let (year, month, _) = CalendarDate(daysSinceEpoch: Int(point.floorDivided(by: PartitionKey.day))).parts
        let (place, isBeyond) = Int64(year * 12 + month - 1).floorDivided(by: unit).addingReportingOverflow(cells)
        let (index, overflows) = place.multipliedReportingOverflow(by: unit)
        if isBeyond || overflows { return cells < 0 ? .min : .max }
        let newYear = index.floorDivided(by: 12)
        guard let date = CalendarDate(year: Int(newYear), month: Int(index - newYear * 12) + 1, day: 1) else {
            return index < 0 ? .min : .max
        }
        let (micros, isOff) = Int64(date.daysSinceEpoch).multipliedReportingOverflow(by: PartitionKey.day)
        return isOff ? (index < 0 ? .min : .max) : micros
    }

    /// The cells that hold the points from one up to but not including another, in order, and no more than a limit.
    package func cells(from first: Int64, to end: Int64, limit: Int = .max) -> [PartitionCell] {
        var cells: [PartitionCell] = []
        var lower = start(of: first)
        while lower < end, cells.count < limit {
            let upper = start(of: lower, adding: 1)
            guard upper > lower else { break }
            cells.append(PartitionCell(lower: lower, upper: upper, suffix: suffix(of: lower)))
            lower = upper
        }
        return cells
    }

    /// How the names of partitions end: `2026_11`, as the seed names them.
    func suffix(of lower: Int64) -> String {
        if case .step = interval { return lower < 0 ? "m\(lower.magnitude)" : "\(lower)" }
        let days = lower.floorDivided(by: PartitionKey.day)
        let date = CalendarDate(daysSinceEpoch: Int(days))
        let text = date.description.replacing(" BC", with: "_bc").replacing("-", with: "_")
        let (year, month) = (text.prefix { $0 != "_" }, date.parts.month)
        switch interval {
        case .hour:
            let hour = lower.floorRemainder(by: PartitionKey.day) / 3_600_000_000
            return "\(text)_\(hour < 10 ? "0" : "")\(hour)"
        case .month: return "\(year)_\(month < 10 ? "0" : "")\(month)"
        case .quarter: return "\(year)_q\((month + 2) / 3)"
        case .year: return String(year)
        default: return text
        }
    }
}

/// A cell of a grid: what one partition is to hold.
package struct PartitionCell: Sendable, Hashable, Codable {
    /// The first point.
    package var lower: Int64
    /// The point after the last.
    package var upper: Int64
    /// How the name of its partition ends.
    package var suffix: String
}
