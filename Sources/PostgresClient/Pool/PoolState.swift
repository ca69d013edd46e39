/// The bookkeeping of a connection pool, without any connection or clock in it: each call says what happened and returns
/// what is to be done. Times are instants of the caller's clock.
struct PoolState<Connection: Identifiable & Sendable, Waiter: Hashable & Sendable> where Connection.ID: Sendable {
    struct Limits: Sendable {
        var min: Int
        var max: Int
        var idle: Duration
    }

    struct Idle {
        let connection: Connection
        let since: ContinuousClock.Instant
    }

    enum Acquire {
        /// Use this one, after checking it.
        case use(Connection)
        /// Open one for this waiter.
        case open
        /// Wait; all are in use.
        case wait
        /// The pool is shut down.
        case refused
    }

    enum Release {
        case hand(Connection, to: Waiter)
        case keep
        case close(Connection)
    }

    let limits: Limits
    private(set) var idle: [Idle] = []
    private(set) var busy: Set<Connection.ID> = []
    private(set) var opening = 0
    private(set) var waiters: [Waiter] = []
    private(set) var isShutDown = false

    init(limits: Limits) { self.limits = limits }

    var total: Int { idle.count + busy.count + opening }

    /// A caller wants a connection. The one used last is handed out first, so that the others can grow idle.
    mutating func acquire(_ waiter: Waiter) -> Acquire {
        if isShutDown { return .refused }
        if let last = idle.popLast() {
            busy.insert(last.connection.id)
            return .use(last.connection)
        }
        if total < limits.max {
            opening += 1
            return .open
        }
        waiters.append(waiter)
        return .wait
    }

    /// A connection that was being opened is open and in use.
    mutating func opened(_ connection: Connection) {
        opening -= 1
        busy.insert(connection.id)
    }

    /// A connection could not be opened, or turned out to be broken. The caller that has waited longest may open another.
    mutating func failedToOpen() -> Waiter? {
        opening -= 1
        return nextOpener()
    }

    /// A connection is returned.
    mutating func release(_ connection: Connection, usable: Bool, now: ContinuousClock.Instant) -> Release {
        busy.remove(connection.id)
        guard usable, !isShutDown else { return .close(connection) }
        if !waiters.isEmpty {
            let waiter = waiters.removeFirst()
            busy.insert(connection.id)
            return .hand(connection, to: waiter)
        }
        idle.append(Idle(connection: connection, since: now))
        return .keep
    }

    /// After a connection was closed there is room: the caller that has waited longest may open one.
    mutating func nextOpener() -> Waiter? {
        guard !isShutDown, !waiters.isEmpty, total < limits.max else { return nil }
        opening += 1
        return waiters.removeFirst()
    }

    /// A caller stops waiting; false when it was served already.
    mutating func giveUp(_ waiter: Waiter) -> Bool {
        guard let index = waiters.firstIndex(of: waiter) else { return false }
        waiters.remove(at: index)
        return true
    }

    /// The connections that have been idle for too long, oldest first; the minimum is kept.
    mutating func reap(now: ContinuousClock.Instant) -> [Connection] {
        var reaped: [Connection] = []
        while total > limits.min, let oldest = idle.first, oldest.since.duration(to: now) >= limits.idle {
            idle.removeFirst()
            reaped.append(oldest.connection)
        }
        return reaped
    }

    /// Nothing is handed out any more; returns what to close and which callers to refuse.
    mutating func shutDown() -> (close: [Connection], refuse: [Waiter]) {
        isShutDown = true
        defer {
            idle = []
            waiters = []
        }
        return (idle.map(\.connection), waiters)
    }
}
