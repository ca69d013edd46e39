import CLibPQ
import Dispatch
import Glibc
import Logging

extension PostgresConnection {
    /// Why a poll ended.
    enum PollOutcome { case ready, deadline, cancelled }

    /// How long a cancelled or overdue statement may take to end before its session is closed.
    static let cancelGrace = Duration.seconds(5)

    /// Waits on this thread until libpq's socket is ready, the deadline passes or the operation is cancelled.
    func poll(_ events: Int32, until deadline: ContinuousClock.Instant?) throws -> PollOutcome {
        let pointer = try pointer()
        while true {
            if flag.isCancelled { return .cancelled }
            var waiting = [
                pollfd(fd: PQsocket(pointer), events: Int16(events), revents: 0),
                pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            ]
            var timeout: Int32 = -1
            if let deadline {
                let left = ContinuousClock.now.duration(to: deadline)
                if left <= .zero { return .deadline }
                timeout = Int32(clamping: left.milliseconds + 1)
            }
            let count = Glibc.poll(&waiting, nfds_t(waiting.count), timeout)
            if count < 0, errno != EINTR {
                throw lost("poll failed: \(String(cString: strerror(errno)))")
            }
            if waiting[1].revents != 0 { wakeUp.drain() }
            if flag.isCancelled { return .cancelled }
            if count > 0, waiting[0].revents != 0 { return .ready }
        }
    }

    /// Waits as ``poll(_:until:)`` does, but not for a session that is dead: when no byte has moved for the stall timeout,
    /// the server is asked over another connection whether it is still working for this one.
    ///
    /// So a statement may take as long as it likes, and a frozen server, proxy or firewall does not block us.
    func pollWatchfully(_ events: Int32, until deadline: ContinuousClock.Instant?) throws -> PollOutcome {
        let began = ContinuousClock.now
        var silentUntil = began + options.stallTimeout
        var inquiry: SessionInquiry?
        var isLastChance = false
        while true {
            let outcome = try poll(events, until: deadline.map { min($0, silentUntil) } ?? silentUntil)
            guard outcome == .deadline else { return outcome }
            if let deadline, ContinuousClock.now >= deadline { return .deadline }
            guard let asked = inquiry else {
                inquiry = SessionInquiry(options, backend: announcedBackendPID == backendPID ? backendPID : nil)
                silentUntil = .now + .milliseconds(50)
                continue
            }
            switch asked.finding {
            case nil: silentUntil = .now + .milliseconds(50)
            case .working?:
                logger?.notice("no byte from \(endpoint) for a while; the server is still working")
                inquiry = nil
                silentUntil = .now + options.stallTimeout
            case let finding? where isLastChance:
                let reason = "no byte from \(endpoint) for \(began.duration(to: .now).components.seconds) s"
                markClosed(reason)
                throw PostgresError(.stalled, reason, detail: finding.explanation)
            default:
                // The answer may have been sent right before the server was asked.
                isLastChance = true
                silentUntil = .now + .milliseconds(500)
            }
        }
    }

    /// Waits for the socket in the middle of a statement. A cancellation or a passed deadline cancels the statement on
    /// the server and the wait continues for a short grace period; `interruption` reports it to the caller.
    func waitForServer(_ events: Int32, _ watch: inout StatementWatch) throws {
        while true {
            switch try pollWatchfully(events, until: watch.deadline) {
            case .ready: return
            case .cancelled where watch.interruption == nil: watch.interrupt(.cancelled)
            case .deadline where watch.interruption == nil: watch.interrupt(.timedOut)
            default:
                let reason = "the server did not answer, not even to a cancel request"
                markClosed(reason)
                throw watch.interruption == .cancelled ? CancellationError() : PostgresError(.timedOut, reason)
            }
            flag = CancellationFlag(wakeUp)  // the cancellation is recorded; from here on only the grace period counts
            sendCancelRequest()
        }
    }

    /// Asks the server to cancel what the session is doing. PQcancel opens a connection of its own and may block, so it
    /// runs on a thread of its own.
    func sendCancelRequest() {
        guard let pointer = handle.pointer, let cancel = PQgetCancel(pointer) else { return }
        let request = CancelRequest(cancel)
        let delivered = DispatchSemaphore(value: 0)
        pendingCancel = delivered
        Self.cancelQueue.async {
            request.send()
            delivered.signal()
        }
    }

    private static let cancelQueue = DispatchQueue(label: "postgres.cancel", attributes: .concurrent)

    /// Waits until the cancel request has been delivered, and lets an empty statement take it up should it have come too
    /// late for the one that was meant. Otherwise it would hit whatever the session does next.
    func settleCancel() {
        guard let delivered = pendingCancel else { return }
        pendingCancel = nil
        flag = CancellationFlag(wakeUp)
        guard delivered.wait(timeout: .now() + 2) == .success else {
            return markClosed("a cancel request could not be delivered")
        }
        // Whether the empty statement ends well or is the one that is cancelled does not matter.
        _ = try? run("", nil, timeout: .seconds(2))
    }

    /// Reads and drops what is left of a statement, COPY data included.
    func discardResults(_ watch: inout StatementWatch) throws {
        while let result = try nextResult(&watch) {
            defer { PQclear(result) }
            switch PQresultStatus(result) {
            case PGRES_COPY_IN:
                _ = PQputCopyEnd(try pointer(), "not expected here")
                try flush(&watch)
            case PGRES_COPY_OUT, PGRES_COPY_BOTH: while try discardCopyChunk(&watch) {}
            default: continue
            }
        }
    }

    /// Sends what libpq has buffered.
    func flush(_ watch: inout StatementWatch) throws {
        let pointer = try pointer()
        while true {
            switch PQflush(pointer) {
            case 0: return
            case 1:
                try waitForServer(POLLIN | POLLOUT, &watch)
                if PQconsumeInput(pointer) == 0 { throw lost() }
            default: throw lost()
            }
        }
    }

    /// The next result of the statement in progress, nil at its end.
    func nextResult(_ watch: inout StatementWatch) throws -> OpaquePointer? {
        let pointer = try pointer()
        while PQisBusy(pointer) == 1 {
            try waitForServer(POLLIN, &watch)
            if PQconsumeInput(pointer) == 0 { throw lost() }
        }
        collectNotifications(pointer)
        return PQgetResult(pointer)
    }

    /// Marks the session as lost and says why in libpq's words.
    func lost(_ reason: String? = nil) -> PostgresError {
        let text = reason ?? handle.pointer.map { String(cString: PQerrorMessage($0)).trimmedLines } ?? ""
        let message = text.isEmpty ? "the connection to \(endpoint) was lost" : text
        markClosed(message)
        return PostgresError(.connectionLost, message)
    }
}

/// The time limit and the outcome of one statement.
struct StatementWatch {
    enum Interruption { case cancelled, timedOut }

    private(set) var deadline: ContinuousClock.Instant?
    private(set) var interruption: Interruption?

    init(timeout: Duration?) { deadline = timeout.map { ContinuousClock.now + $0 } }

    mutating func interrupt(_ interruption: Interruption) {
        self.interruption = interruption
        deadline = ContinuousClock.now + PostgresConnection.cancelGrace
    }
}

/// A libpq cancel handle. `@unchecked Sendable`: libpq documents `PGcancel` as usable from another thread.
private final class CancelRequest: @unchecked Sendable {
    private let cancel: OpaquePointer

    init(_ cancel: OpaquePointer) { self.cancel = cancel }

    func send() {
        var message = [CChar](repeating: 0, count: 256)
        // A request that cannot be delivered is not an error here: the grace period ends the wait then.
        _ = PQcancel(cancel, &message, Int32(message.count))
    }

    deinit { PQfreeCancel(cancel) }
}
