import PostgresClient
import RedisClient
import Synchronization

/// The sessions that a run has opened. Verbs open them through their ``Context`` and never close them: the runner does, when
/// the work has ended, and before a question waits for its answer.
final class RunSessions: Sendable {
    private let closers = Mutex<[@Sendable () async -> Void]>([])

    func add(_ session: PostgresConnection) { closers.withLock { $0.append { await session.close() } } }

    func add(_ session: any RedisService) { closers.withLock { $0.append { await session.close() } } }

    /// Closes those that are open, the last first.
    func close() async {
        let open = closers.withLock { all in
            defer { all = [] }
            return all
        }
        for close in open.reversed() { await close() }
    }
}
