import PostgresClient
import RSSModel

/// The wait for a lock: how long it may still last, how long between two tries, and what is reported meanwhile.
struct LockPatience {
    /// What is waited for.
    enum Reason {
        /// Older transactions block it, so that nothing was tried: checking again affects no one.
        case notBegun
        /// A lock was refused after a short wait in its queue: others waited behind it, so the next try is later.
        case lockRefused
    }

    private let budget: Duration
    private let deadline: ContinuousClock.Instant
    private var lastReportedAt: ContinuousClock.Instant?
    private var pause = 50...250

    init(budget: Duration) {
        self.budget = budget
        deadline = ContinuousClock.now + budget
    }

    /// Waits until the next try is due, and names the blocking session, at once and then every ten seconds.
    ///
    /// - Throws: ``LockBudgetSpent``, `CancellationError`.
    mutating func wait(
        for blockers: [BlockingSession], _ reason: Reason, _ progress: ProgressReporter
    ) async throws {
        if ContinuousClock.now > deadline {
            let parts = budget.components
            let text = parts.attoseconds == 0 ? "\(parts.seconds) s" : "\(budget)"
            throw LockBudgetSpent(budget: text, blockers: blockers)
        }
        if lastReportedAt.map({ $0.duration(to: .now) > .seconds(10) }) ?? true {
            lastReportedAt = .now
            let first = blockers.first?.description ?? "a session that has ended meanwhile"
            progress(.note("Waiting for a lock; blocked by: \(first)"))
        }
        switch reason {
        case .notBegun: try await Task.sleep(for: .milliseconds(Int.random(in: 50...100)))
        case .lockRefused:
            try await Task.sleep(for: .milliseconds(Int.random(in: pause)))
            pause = min(pause.lowerBound * 2, 500)...min(pause.upperBound * 2, 1500)
        }
    }
}
