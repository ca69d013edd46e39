/// How long and how often a connection is tried again.
package struct RetryPolicy: Sendable, Equatable {
    /// Time for all attempts together; an attempt that runs is not cut short by it.
    package var budget: Duration
    /// The wait before the second attempt; it doubles with each.
    package var base: Duration
    /// The longest wait.
    package var cap: Duration

    /// Makes a policy.
    package init(budget: Duration = .seconds(10), base: Duration = .milliseconds(50), cap: Duration = .seconds(1)) {
        self.budget = budget
        self.base = base
        self.cap = cap
    }

    /// One attempt only.
    package static let never = RetryPolicy(budget: .zero)

    /// The wait after that many failures (from 1), between half and all of the doubled wait, so that clients that were
    /// disconnected together do not reconnect together.
    func wait(afterFailures failures: Int, random: Double = .random(in: 0...1)) -> Duration {
        let doubled = base * Double(1 << min(max(failures - 1, 0), 20))
        return min(doubled, cap) * (0.5 + random / 2)
    }
}
