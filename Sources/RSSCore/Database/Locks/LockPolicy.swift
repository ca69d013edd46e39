import PostgresClient
import RSSModel

/// How DDL that needs a strong lock acquires it without other sessions waiting behind it: a check for blocking sessions first,
/// then a short wait, tried again after a random pause, within a budget; never a wait without bound.
package struct LockPolicy: Sendable, Equatable {
    /// Longest single wait in a lock queue: others may wait behind us up to that time.
    package var timeout: Duration
    /// Longest time of trying.
    package var budget: Duration

    /// Makes a policy.
    package init(timeout: Duration = .milliseconds(50), budget: Duration = .seconds(300)) {
        self.timeout = timeout
        self.budget = budget
    }

    /// The policy of the settings.
    package init(_ settings: Settings) {
        self.init(
            timeout: settings.duration(.lockTimeout) ?? .milliseconds(50),
            budget: settings.duration(.lockBudget) ?? .seconds(300))
    }

    /// Bounds the waits of the open transaction, or of the session from now on.
    package func bound(_ connection: PostgresConnection, transactionOnly: Bool = true) async throws {
        let parts = timeout.components
        let milliseconds = parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
        // Not by set_config: a SELECT would take the snapshot of a transaction before its locks.
        try await connection.execute("SET \(transactionOnly ? "LOCAL" : "SESSION") lock_timeout = \(milliseconds)")
    }

    /// Runs work that bounds its own lock waits, again and again while a lock cannot be acquired.
    ///
    /// - Parameter locks: what the work will lock. As long as an older transaction holds a conflicting lock, the work
    ///   is not begun: even a short wait in the queue makes others wait behind it.
    /// - Throws: ``LockBudgetSpent`` with the blocking sessions, and what else the work throws.
    package func run<T>(
        on connection: PostgresConnection, locks: [RelationLock] = [], progress: ProgressReporter,
        isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> T
    ) async throws -> T {
        var patience = LockPatience(budget: budget)
        var watch = HolderWatch()
        while true {
            let blockers = watch.blockers(try await Self.holders(against: locks, connection))
            if blockers.isEmpty {
                do {
                    return try await work()
                } catch let error as PostgresError where Self.isWorthRetrying(error) {
                    let likely = try await Self.likelyBlockers(connection)
                    try await patience.wait(for: likely, .lockRefused, progress)
                }
            } else {
                try await patience.wait(for: blockers, .notBegun, progress)
            }
        }
    }

    /// The transaction was rolled back and did nothing, for a temporary reason.
    private static func isWorthRetrying(_ error: PostgresError) -> Bool {
        error.sqlState == .lockNotAvailable || error.sqlState == .deadlockDetected
    }

    private static func holders(
        against locks: [RelationLock], _ connection: PostgresConnection
    ) async throws -> [HolderWatch.Holder] {
        let strong = locks.filter { $0.mode >= .shareUpdateExclusive }
        if strong.isEmpty { return [] }
        let relations = try await connection.qualify(strong.map(\.relation), along: connection.userSearchPath)
        return try await connection.query(
            SQLResource(PackageResources.lock_preflight_sql).text,
            [
                relations.map(\.quoted),
                strong.map { "{\($0.mode.conflicts.map(\.catalogName).joined(separator: ","))}" },
            ]
        ).map(HolderWatch.Holder.init)
    }

    /// The sessions that have held locks for longest, the likeliest to block.
    private static func likelyBlockers(_ connection: PostgresConnection) async throws -> [BlockingSession] {
        try await connection.query(SQLResource(PackageResources.blockers_sql).text).map(BlockingSession.init)
    }
}

/// A lock could not be acquired for as long as the policy allows.
package struct LockBudgetSpent: Error {
    package let budget: String
    package let blockers: [BlockingSession]
}

extension BlockingSession {
    /// Reads a row of pid, role, application, state, seconds, query.
    init(_ row: Row) throws {
        let (pid, user, application, state, seconds, query) = try row.decode(
            Int32.self, String?.self, String.self, String?.self, Double.self, String.self)
        self.init(
            pid: pid, user: user, application: application, state: state, seconds: seconds,
            query: Redaction.scrub(query))
    }
}
