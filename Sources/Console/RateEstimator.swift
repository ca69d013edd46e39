import Glibc

/// A rate that follows the work without jumping: an exponential average over the last seconds.
struct RateEstimator: Equatable {
    /// Seconds after which an old figure counts for a third.
    static let memory = 5.0

    private var last: (count: Int64, seconds: Double)
    private var weighted = 0.0
    private var weight = 0.0
    // How long it recently took from one count to the next.
    private var interval = 0.0

    /// Begins at a count and a time.
    init(count: Int64 = 0, at seconds: Double) { last = (count, seconds) }

    /// Takes a new count at a time; steps of less than 50 ms wait for the next one.
    mutating func record(_ count: Int64, at seconds: Double) {
        let elapsed = seconds - last.seconds
        guard elapsed >= 0.05 else { return }
        let rate = max(0, Double(count - last.count) / elapsed)
        let keep = exp(-elapsed / Self.memory)
        weighted = weighted * keep + rate * (1 - keep)
        weight = weight * keep + (1 - keep)
        last = (count, seconds)
        interval = interval == 0 ? elapsed : interval * keep + elapsed * (1 - keep)
    }

    /// Units a second; nil before anything is known.
    var perSecond: Double? { weight > 0 ? weighted / weight : nil }

    /// Units a second at a time. When the next count is long overdue, the wait for it counts as a time without any.
    func perSecond(at seconds: Double) -> Double? {
        guard weight > 0 else { return nil }
        let waited = seconds - last.seconds - 2 * interval
        guard waited > 0 else { return weighted / weight }
        let keep = exp(-waited / Self.memory)
        return weighted * keep / (weight * keep + 1 - keep)
    }

    static func == (left: RateEstimator, right: RateEstimator) -> Bool {
        left.last == right.last && left.weighted == right.weighted && left.weight == right.weight
    }
}
