/// How large the batches of a walk are: so that one takes about as long as it may, and has at most about as many rows.
package struct BatchPace: Sendable, Equatable {
    /// What the next batch is measured by: rows, blocks.
    package private(set) var size: Int
    private let bounds: ClosedRange<Int>
    /// How long a batch should take; nil where its size is fixed.
    private let aim: Duration?
    /// How many rows a batch should have at most.
    private let rows: Int

    /// Batches of one size.
    package init(fixed size: Int) {
        self.init(size: size, bounds: size...size, aim: nil)
    }

    /// Batches whose size follows the time they take.
    package init(size: Int, bounds: ClosedRange<Int>, aim: Duration?, rows: Int = .max) {
        self.size = min(max(size, bounds.lowerBound), bounds.upperBound)
        self.bounds = bounds
        self.aim = aim
        self.rows = rows
    }

    /// Fits the size to a batch: no more than doubled, and no less than halved, because a single batch may have waited.
    package mutating func adapt(took: Duration, rows found: Int) {
        guard let aim else { return }
        let factor = min(aim / max(took, .microseconds(1)), Double(rows) / Double(max(found, 1)))
        let next = Double(size) * min(max(factor, 0.5), 2)
        size = min(max(Int(next), bounds.lowerBound), bounds.upperBound)
    }
}
