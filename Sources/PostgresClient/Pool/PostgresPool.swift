import Logging

/// Connections for parallel work, opened as needed and handed out one caller at a time.
///
/// The defaults are those of the seed ("Connection Pooling Configuration").
package actor PostgresPool {
    /// Sizes and times of a pool.
    package struct Options: Sendable, Equatable {
        /// Connections kept open once they have been opened.
        package var min = 2
        /// Connections open at the same time.
        package var max = 20
        /// Longest wait for a connection.
        package var acquireTimeout = Duration.seconds(30)
        /// How long an unused connection is kept.
        package var idleTimeout = Duration.seconds(30)
        /// Pause between two tries to open a connection.
        package var retryInterval = Duration.milliseconds(200)
        /// More waiting callers than this are worth a warning.
        package var warnWhenWaiting = 5

        /// The seed's settings.
        package init() {}
    }

    /// What a monitor wants to know; the same names as the seed's pool statistics.
    package struct Counters: Sendable, Equatable, Codable {
        /// Connections open or being opened.
        package var totalConnections: Int
        /// Connections that are not in use.
        package var idleConnections: Int
        /// Callers that wait.
        package var waitingClients: Int
        /// The most callers that ever waited at the same time.
        package var mostWaiting: Int
    }

    private struct Pooled: Identifiable, Sendable {
        let connection: PostgresConnection
        var id: ObjectIdentifier { ObjectIdentifier(connection) }
    }

    private enum Grant: Sendable { case connection(Pooled), open }

    private let connect: ConnectionOptions
    private let options: Options
    private let logger: Logger?
    private var state: PoolState<Pooled, UInt64>
    private var continuations: [UInt64: CheckedContinuation<Grant, any Error>] = [:]
    private var nextWaiter: UInt64 = 0
    private var mostWaiting = 0
    private var reaper: Task<Void, Never>?

    /// Makes a pool; nothing is opened yet.
    package init(_ connect: ConnectionOptions, options: Options = Options(), logger: Logger? = nil) {
        self.connect = connect
        self.options = options
        self.logger = logger
        state = PoolState(limits: .init(min: options.min, max: max(1, options.max), idle: options.idleTimeout))
    }

    /// The numbers of this moment.
    package var counters: Counters {
        Counters(
            totalConnections: state.total, idleConnections: state.idle.count, waitingClients: state.waiters.count,
            mostWaiting: mostWaiting)
    }

    /// Lends a connection for the time of the body. A connection that is returned broken or in a transaction is closed.
    ///
    /// - Throws: ``PostgresError`` with code ``PostgresError/Code/poolExhausted`` or ``PostgresError/Code/poolClosed``,
    ///   the error of opening a connection, `CancellationError`, and what the body throws.
    package nonisolated(nonsending) func withConnection<T>(
        _ body: (PostgresConnection) async throws -> T
    ) async throws -> T {
        let connection = try await acquire()
        do {
            let value = try await body(connection)
            await release(connection)
            return value
        } catch {
            await release(connection)
            throw error
        }
    }

    private func acquire() async throws -> PostgresConnection {
        startReaper()
        let deadline = ContinuousClock.now + options.acquireTimeout
        while true {
            switch try await grant(until: deadline) {
            case .connection(let pooled):
                // Validation before use: a connection may have been lost while it was idle.
                if (try? await pooled.connection.query("SELECT 1", timeout: .seconds(5))) != nil {
                    return pooled.connection
                }
                await discard(pooled)
                try Task.checkCancellation()
            case .open: return try await open(until: deadline)
            }
        }
    }

    private func grant(until deadline: ContinuousClock.Instant) async throws -> Grant {
        nextWaiter += 1
        let waiter = nextWaiter
        switch state.acquire(waiter) {
        case .use(let pooled): return .connection(pooled)
        case .open: return .open
        case .refused: throw PostgresError(.poolClosed, "the connection pool is shut down")
        case .wait:
            mostWaiting = max(mostWaiting, state.waiters.count)
            if state.waiters.count > options.warnWhenWaiting {
                logger?.warning("\(state.waiters.count) callers wait for a database connection")
            }
            let timer = Task {
                try await Task.sleep(until: deadline, clock: .continuous)
                self.giveUp(waiter, with: Self.exhausted(options: self.options))
            }
            defer { timer.cancel() }
            return try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuations[waiter] = $0 }
            } onCancel: {
                Task { await self.giveUp(waiter, with: CancellationError()) }
            }
        }
    }

    private static func exhausted(options: Options) -> PostgresError {
        PostgresError(
            .poolExhausted,
            "none of \(options.max) connections became free within \(options.acquireTimeout.components.seconds) s")
    }

    private func giveUp(_ waiter: UInt64, with error: any Error) {
        guard state.giveUp(waiter) else { return }
        continuations.removeValue(forKey: waiter)?.resume(throwing: error)
    }

    /// Opens a connection for a caller that is to open one, retrying while the server temporarily does not accept one.
    private func open(until deadline: ContinuousClock.Instant) async throws -> PostgresConnection {
        do {
            while true {
                do {
                    let connection = try await PostgresConnection.connect(connect, logger: logger)
                    state.opened(Pooled(connection: connection))
                    return connection
                } catch let error as PostgresError
                    where error.sqlState == .tooManyConnections || error.sqlState == .cannotConnectNow
                {
                    if ContinuousClock.now + options.retryInterval > deadline { throw error }
                    try await Task.sleep(for: options.retryInterval)
                }
            }
        } catch {
            wake(state.failedToOpen())
            throw error
        }
    }

    private func release(_ connection: PostgresConnection) async {
        let isOpen = await connection.isOpen
        let status = await connection.transactionStatus
        let usable = isOpen && status == .idle
        switch state.release(Pooled(connection: connection), usable: usable, now: .now) {
        case .keep: break
        case .hand(let pooled, to: let waiter):
            continuations.removeValue(forKey: waiter)?.resume(returning: .connection(pooled))
        case .close(let pooled):
            await pooled.connection.close()
            wake(state.nextOpener())
        }
    }

    private func discard(_ pooled: Pooled) async {
        if case .close(let pooled) = state.release(pooled, usable: false, now: .now) {
            await pooled.connection.close()
        }
        wake(state.nextOpener())
    }

    private func wake(_ waiter: UInt64?) {
        guard let waiter else { return }
        continuations.removeValue(forKey: waiter)?.resume(returning: .open)
    }

    private func startReaper() {
        guard reaper == nil, !state.isShutDown else { return }
        reaper = Task { [weak self] in
            while !Task.isCancelled {
                do { try await Task.sleep(for: .seconds(1)) } catch { return }
                guard let self else { return }
                await self.reap()
            }
        }
    }

    private func reap() async {
        for pooled in state.reap(now: .now) { await pooled.connection.close() }
    }

    /// Closes what is idle and refuses the callers that wait; connections in use are closed when they are returned.
    package func shutDown() async {
        reaper?.cancel()
        let (close, refuse) = state.shutDown()
        for waiter in refuse {
            continuations.removeValue(forKey: waiter)?
                .resume(throwing: PostgresError(.poolClosed, "the connection pool is shut down"))
        }
        for pooled in close { await pooled.connection.close() }
    }
}
