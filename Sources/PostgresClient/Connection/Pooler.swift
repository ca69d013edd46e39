/// What stands between a client and the server, as far as it matters to session state.
public enum PoolerKind: String, Sendable, Codable {
    /// Nothing: the session is the server's own.
    case direct
    /// A proxy that gives each client a server session of its own for as long as it stays (session pooling), or one whose
    /// mode could not be told.
    case proxy
    /// A pooler that gives the server session to another client after each transaction. Session locks, SET, LISTEN and
    /// CREATE INDEX CONCURRENTLY are not safe through it.
    case transactionPooling
}

extension PostgresConnection {
    /// Tells whether a pooler is in between, without any right on it: it announces a process id of its own at the start,
    /// and under transaction pooling two idle clients see the same backend.
    ///
    /// A busy pool may hide the second sign, so a plain ``PoolerKind/proxy`` is to be treated with suspicion too.
    public static func detectPooler(_ options: ConnectionOptions) async throws -> PoolerKind {
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
}
