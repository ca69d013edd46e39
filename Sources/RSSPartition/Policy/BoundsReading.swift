/// What interval the bounds of partitions follow: that whose cells most of them are, the newer ones counting more.
///
/// Names do not count. Pure: a decision over points of the key's axis.
struct BoundsReading: Sendable, Equatable {
    /// The interval.
    let interval: PartitionInterval
    /// How well it fits: a cell counts one divided by its rank, the newest first.
    let weight: Double
    /// The bounds that are not a single cell of the interval, in order.
    let odd: [Partition.Bound]
    /// The bounds that begin or end within a cell.
    let offGrid: [Partition.Bound]

    /// Reads bounds that are in order; nil where no interval fits more than half of them.
    ///
    /// - Parameter intervals: the candidates, the longest first; nil for steps of numbers.
    init?(_ bounds: [Partition.Bound], among intervals: [PartitionInterval]?) {
        let finite = bounds.compactMap { bound in
            bound.lower.flatMap { lower in bound.upper.map { (lower: lower, upper: $0) } }
        }
        guard !finite.isEmpty else { return nil }
        var best: BoundsReading?
        for interval in intervals ?? Self.steps(finite) {
            let reading = BoundsReading(interval, bounds)
            // At equal weight the longer interval comes first.
            if reading.weight > best?.weight ?? 0, (bounds.count - reading.offGrid.count) * 2 > bounds.count {
                best = reading
            }
        }
        if best == nil, intervals == nil { best = Self.byDivisor(finite, bounds) }
        guard let best else { return nil }
        self = best
    }

    /// Numbers whose widths differ, and are all small multiples of one.
    private static func byDivisor(
        _ finite: [(lower: Int64, upper: Int64)], _ bounds: [Partition.Bound]
    ) -> BoundsReading? {
        let widths = widths(finite)
        let divisor = widths.reduce(0, greatestCommonDivisor)
        guard divisor > 0, let least = widths.min(), least / divisor <= 10 else { return nil }
        let reading = BoundsReading(.step(divisor), bounds)
        return reading.offGrid.isEmpty ? reading : nil
    }

    /// How bounds fit an interval.
    init(_ interval: PartitionInterval, _ bounds: [Partition.Bound]) {
        let grid = PartitionGrid(interval)
        func isOnGrid(_ point: Int64?) -> Bool { point.map { grid.start(of: $0) == $0 } ?? true }
        func isCell(_ bound: Partition.Bound) -> Bool {
            guard let lower = bound.lower, isOnGrid(lower) else { return false }
            return bound.upper == grid.start(of: lower, adding: 1)
        }
        self.interval = interval
        weight = bounds.reversed().enumerated().reduce(0) { $0 + (isCell($1.element) ? 1 / Double($1.offset + 1) : 0) }
        odd = bounds.filter { !isCell($0) }
        offGrid = bounds.filter { !isOnGrid($0.lower) || !isOnGrid($0.upper) }
    }

    /// The steps that numbers may follow: the widths there are, the widest first.
    private static func steps(_ bounds: [(lower: Int64, upper: Int64)]) -> [PartitionInterval] {
        Set(widths(bounds)).sorted(by: >).map(PartitionInterval.step)
    }

    private static func widths(_ bounds: [(lower: Int64, upper: Int64)]) -> [Int64] {
        bounds.compactMap { bound in
            let (width, overflows) = bound.upper.subtractingReportingOverflow(bound.lower)
            return overflows || width <= 0 ? nil : width
        }
    }

    private static func greatestCommonDivisor(_ first: Int64, _ second: Int64) -> Int64 {
        second == 0 ? first : greatestCommonDivisor(second, first % second)
    }
}
