/// What is between a client and the server, as far as it matters to session state.
package enum PoolerKind: String, Sendable, Codable {
    /// Nothing: the session is the server's own.
    case direct
    /// A proxy that gives each client a server session of its own for as long as it stays (session pooling), or one whose
    /// mode could not be detected.
    case proxy
    /// A pooler that gives the server session to another client after each transaction. Session locks, SET, LISTEN and
    /// CREATE INDEX CONCURRENTLY are not safe through it.
    case transactionPooling
}

extension PostgresConnection {
    /// Detects whether a pooler is in between, without any right on it: it announces a process id of its own at the start,
    /// and under transaction pooling two idle clients see the same backend.
    ///
    /// A busy pool may hide the second sign, so a plain ``PoolerKind/proxy`` may be a transaction pooler too.
    package static func detectPooler(_ options: ConnectionOptions) async throws -> PoolerKind {
        let first = try await connect(options)
        defer { Task { await first.close() } }
        if await first.announcedBackendPID == first.backendPID { return .direct }
        let second = try await connect(options)
        defer { Task { await second.close() } }
        let rows = try await first.query("SELECT pg_backend_pid()")
        let others = try await second.query("SELECT pg_backend_pid()")
        let shared = try rows.first?.decode(Int32.self, at: 0) == others.first?.decode(Int32.self, at: 0)
        return shared ? .transactionPooling : .proxy
    }
    /// Whether a session through a proxy keeps its backend from one transaction to the next, as under session pooling; if it
    /// does, makes its settings, which are not made at the start, because another client might get them next.
    ///
    /// A second client holds the backend that it got, again and again: under transaction pooling it gets this
    /// session's, or this session another one. Where no second one is available, the backend counts as not kept.
    ///
    /// - Throws: ``PostgresError``, `CancellationError`.
    package nonisolated func keepsBackend() async throws -> Bool {
        var options = options
        options.connectTimeout = min(options.connectTimeout, .seconds(5))
        let other: PostgresConnection
        do {
            other = try await PostgresConnection.connect(options)
        } catch let error as PostgresError where error.code == .connectionFailed {
            return false
        }
        defer { Task { await other.close() } }
        let backend = await backendPID
        for _ in 0..<4 {
            do {
                let isKept = try await other.transaction {
                    let theirs = try await other.query("SELECT pg_backend_pid()").first?.decode(Int32.self, at: 0)
                    if theirs == backend { return false }
                    let own = try await query("SELECT pg_backend_pid()", timeout: .seconds(3)).first?
                        .decode(Int32.self, at: 0)
                    return own == backend
                }
                if !isKept { return false }
            } catch let error as PostgresError where error.code == .timedOut {
                // No backend is free while the second client holds its own: none is this session's.
                return false
            }
        }
        for (name, value) in options.session.assignments(serverVersion: await serverVersion) {
            try await query("SELECT set_config($1, $2, false)", [name, value])
        }
        await settingsHold()
        return true
    }
}
