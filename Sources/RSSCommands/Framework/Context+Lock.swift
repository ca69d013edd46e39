import PostgresClient
import RSSCore
import RSSModel

extension Context {
    /// Opens a session that holds an advisory lock, which the server releases when the session ends, however it ends.
    ///
    /// - Parameter wait: how long to wait for another run that holds it; it is named meanwhile.
    /// - Throws: `AdvisoryLockError`, `PostgresError`, an error for a connection pooler, `CancellationError`.
    func connectPostgres(
        holding lock: AdvisoryLock, wait: Duration, statementTimeout: Duration? = nil, readOnly: Bool = false
    ) async throws -> PostgresConnection {
        let connection = try await connectPostgresDirectly(statementTimeout: statementTimeout, readOnly: readOnly)
        try await acquire(lock, on: connection, wait: wait)
        return connection
    }

    /// Opens a session that can hold locks, with the server itself.
    ///
    /// - Throws: `PostgresError`, an error for a connection pooler, `CancellationError`.
    func connectPostgresDirectly(
        statementTimeout: Duration? = nil, readOnly: Bool = false
    ) async throws -> PostgresConnection {
        let connection = try await connectPostgres(
            statementTimeout: statementTimeout, readOnly: readOnly, direct: true)
        if await connection.announcedBackendPID == connection.backendPID { return connection }
        // A lock taken through a pooler may remain on a server session that another client is given next, unless the pooler
        // leaves each client its own.
        guard try await connection.keepsBackend() else { throw PoolerInBetween(command: command) }
        return connection
    }

    private func acquire(_ lock: AdvisoryLock, on connection: PostgresConnection, wait: Duration) async throws {
        let deadline = ContinuousClock.now + wait
        var hasReported = false
        while true {
            do {
                let left = ContinuousClock.now.duration(to: deadline)
                return try await connection.acquire(lock, wait: max(.zero, min(left, .seconds(1))))
            } catch let error as AdvisoryLockError {
                if ContinuousClock.now >= deadline { throw error }
                if !hasReported, let holder = error.holder {
                    progress(.note("Waiting for another run to end: \(holder)"))
                }
                hasReported = true
            }
        }
    }
}

/// A command that needs a session of its own is connected through a pooler.
private struct PoolerInBetween: ReportableError {
    let command: String

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-010", exit: .configuration,
            message:
                "rssctl \(command) needs the server itself, and a connection pooler in transaction mode is in between",
            detail: "Locks and settings of a session do not hold through it.",
            hint:
                "Set database.direct_url, or RSSCTL_DIRECT_URL beside RSSCTL_DATABASE_URL, to the server's own address."
        )
    }
}
