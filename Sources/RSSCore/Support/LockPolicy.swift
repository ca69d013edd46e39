import PostgresClient
import RSSModel

/// How DDL that needs a strong lock gets it without anybody waiting behind it: short waits, tried again after a random
/// pause, within a budget; never a wait without bound.
public struct LockPolicy: Sendable, Equatable {
    /// Longest single wait in a lock queue: so long may others wait behind us.
    public var timeout: Duration
    /// Longest time of trying.
    public var budget: Duration

    /// Makes a policy.
    public init(timeout: Duration = .milliseconds(100), budget: Duration = .seconds(300)) {
        self.timeout = timeout
        self.budget = budget
    }

    /// The policy of the settings.
    public init(_ settings: Settings) {
        self.init(
            timeout: settings.duration(.lockTimeout) ?? .milliseconds(100),
            budget: settings.duration(.lockBudget) ?? .seconds(300))
    }

    /// Bounds the waits of the open transaction.
    func bound(_ connection: PostgresConnection) async throws {
        let parts = timeout.components
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        try await connection.query("SELECT set_config('lock_timeout', $1, true)", ["\(milliseconds)"])
    }

    /// Runs work that bounds its own lock waits, again and again while a lock is not to be had.
    ///
    /// - Throws: ``LockBudgetSpent`` with the sessions in the way, and what else the work throws.
    func run<T>(
        on connection: PostgresConnection, progress: ProgressReporter, isolation: isolated (any Actor)? = #isolation,
        _ work: () async throws -> T
    ) async throws -> T {
        let deadline = ContinuousClock.now + budget
        var toldAt: ContinuousClock.Instant?
        var pause = 50...250
        while true {
            do {
                return try await work()
            } catch let error as PostgresError where error.sqlState == .lockNotAvailable {
                let blockers = try await Self.blockers(connection)
                if ContinuousClock.now > deadline {
                    throw LockBudgetSpent(budget: "\(budget.components.seconds) s", blockers: blockers)
                }
                if toldAt.map({ $0.duration(to: .now) > .seconds(10) }) ?? true {
                    toldAt = .now
                    progress(
                        .note("Waiting for a lock; in the way: \(blockers.first ?? "a session that has gone again")"))
                }
                try await Task.sleep(for: .milliseconds(Int.random(in: pause)))
                pause = min(pause.lowerBound * 2, 500)...min(pause.upperBound * 2, 1500)
            }
        }
    }

    /// The sessions that hold locks for longest, the likeliest to be in the way.
    private static func blockers(_ connection: PostgresConnection) async throws -> [String] {
        try await connection.query(SQLResource(PackageResources.blockers_sql).text).map { row in
            try row.decode(String.self, at: 0)
        }
    }
}

/// No lock was to be had for as long as the policy allows.
struct LockBudgetSpent: Error {
    let budget: String
    let blockers: [String]
}
