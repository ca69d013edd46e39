import RSSModel

/// What is known of the phase in progress; a value, fed with events and the time.
struct ProgressState {
    let phase: String
    let total: Int64?
    let unit: ProgressUnit
    private(set) var done: Int64 = 0
    private(set) var rejected: Int64 = 0
    private let began: Double
    private var rate: RateEstimator

    init(phase: String, total: Int64?, unit: ProgressUnit, at seconds: Double) {
        self.phase = phase
        self.total = total
        self.unit = unit
        began = seconds
        rate = RateEstimator(at: seconds)
    }

    mutating func advance(to done: Int64, rejected: Int64, at seconds: Double) {
        self.done = done
        self.rejected = rejected
        rate.record(done, at: seconds)
    }

    /// How much is done, from 0 to 1; nil where the total is not known.
    var fraction: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, max(0, Double(done) / Double(total)))
    }

    /// Whether a rate means something: what is read ahead in the first second makes it many times too high.
    private func isSteady(at seconds: Double) -> Bool { seconds - began >= 1 }

    /// Seconds left at the recent rate; nil before it is known, or beyond ten days, where it means nothing.
    func remaining(at seconds: Double) -> Double? {
        guard let total, total > done, isSteady(at: seconds), let perSecond = rate.perSecond(at: seconds), perSecond > 0
        else { return nil }
        let left = Double(total - done) / perSecond
        return left < 864_000 ? left : nil
    }

    /// The parts of a progress line, in order: phase, percent, count, rate, ETA, rejected.
    func parts(at seconds: Double) -> ProgressLine.Parts {
        let isBytes = unit == .bytes
        func count(_ value: Int64) -> String { isBytes ? Quantity.bytes(value) : Quantity.grouped(value) }
        let counts =
            // Before the first step there is nothing to count.
            unit == .share || (unit == .steps && total == nil && done == 0)
            ? "" : count(done) + (total.map { "/" + count($0) } ?? "") + (isBytes ? "" : " " + unit.rawValue)
        let speed = rate.perSecond(at: seconds).map { Int64(min($0.rounded(), 1e15)) }.map { count($0) + "/s" }
        return ProgressLine.Parts(
            phase: VisibleText.of(phase), fraction: fraction, counts: counts,
            // A few steps have no speed worth showing.
            rate: unit == .steps || unit == .share || !isSteady(at: seconds) ? nil : speed,
            eta: remaining(at: seconds).map { "ETA " + Quantity.duration(.seconds(Int64($0.rounded(.up)))) },
            elapsed: Quantity.duration(.seconds(Int64(max(0, seconds - began)))),
            rejected: rejected > 0 ? Quantity.grouped(rejected) + " rejected" : nil,
            shownElapsed: seconds - began >= 3 ? Quantity.duration(.seconds(Int64(seconds - began))) : nil)
    }
}
