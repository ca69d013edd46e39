/// A point in time after which waiting ends.
struct Deadline {
    private let instant: ContinuousClock.Instant
    /// What is waited for, for the error.
    let purpose: String

    init(in duration: Duration, for purpose: String) {
        instant = .now + duration
        self.purpose = purpose
    }

    /// Milliseconds left, at least 0, as poll(2) takes them; rounded up, so that no wait ends a moment early.
    var milliseconds: Int32 {
        let left = (instant - .now).wholeMilliseconds + 1
        return Int32(clamping: max(0, left))
    }

    var hasPassed: Bool { ContinuousClock.now >= instant }
}
