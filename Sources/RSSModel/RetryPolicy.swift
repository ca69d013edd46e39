/// How long and how often something that failed for a reason that passes is tried again.
package struct RetryPolicy: Sendable, Equatable {
    /// Time for all attempts together; an attempt that runs is not cut short by it.
    package var budget: Duration
    /// How many attempts are made at most.
    package var attempts: Int
    /// The wait before the second attempt; it doubles with each.
    package var base: Duration
    /// The longest wait.
    package var cap: Duration

    /// An attempt that failed, before the next one.
    package struct Failure: Sendable {
        /// Its number, from 1.
        package let attempt: Int
        /// The wait that follows.
        package let wait: Duration
        package let error: any Error
    }

    /// Makes a policy.
    package init(
        budget: Duration = .seconds(10), attempts: Int = .max, base: Duration = .milliseconds(50),
        cap: Duration = .seconds(1)
    ) {
        self.budget = budget
        self.attempts = attempts
        self.base = base
        self.cap = cap
    }

    /// One attempt only.
    package static let never = RetryPolicy(budget: .zero)

    /// The wait after that many failures (from 1), between half and all of the doubled wait, so that clients that were
    /// disconnected together do not reconnect together.
    package func wait(afterFailures failures: Int, random: Double = .random(in: 0...1)) -> Duration {
        let doubled = base * Double(1 << min(max(failures - 1, 0), 20))
        return min(doubled, cap) * (0.5 + random / 2)
    }

    /// Does work until it succeeds, fails for a reason that does not pass, or no other attempt is allowed.
    ///
    /// - Parameters:
    ///   - passes: whether another attempt can succeed after an error.
    ///   - onRetry: is called before each further attempt, to report it.
    /// - Throws: the last error; `CancellationError`.
    package func run<T>(
        isolation: isolated (any Actor)? = #isolation, passes: (any Error) -> Bool,
        onRetry: (Failure) -> Void = { _ in }, _ work: () async throws -> T
    ) async throws -> T {
        let end = ContinuousClock.now + budget
        var failures = 0
        while true {
            do {
                return try await work()
            } catch let error where passes(error) {
                failures += 1
                let wait = wait(afterFailures: failures)
                guard failures < attempts, ContinuousClock.now + wait < end else { throw error }
                onRetry(Failure(attempt: failures, wait: wait, error: error))
                try await Task.sleep(for: wait)
            }
        }
    }
}
