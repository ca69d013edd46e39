import Glibc

/// A connected, non-blocking stream socket, closed when it is released.
final class Socket {
    let descriptor: Int32

    /// The outcome of one attempt to transfer bytes.
    enum Outcome {
        case moved(Int)
        /// Not now: the socket must be polled first.
        case wouldBlock
        /// The other side has closed.
        case ended
        case failed(Int32)
    }

    /// Takes over a descriptor.
    init(owning descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Reads what is available, at most as much as the buffer holds.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> Outcome {
        while true {
            let count = recv(descriptor, buffer.baseAddress, buffer.count, 0)
            if count > 0 { return .moved(count) }
            if count == 0 { return .ended }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(code)
            }
        }
    }

    /// Writes what fits; a closed peer is an outcome, never SIGPIPE.
    func write(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        while true {
            let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
            if count >= 0 { return .moved(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN: return .wouldBlock
            case let code: return .failed(code)
            }
        }
    }

    /// Whether the other side has closed, as far as the system knows; nothing is read.
    var isEnded: Bool {
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)
    }

    /// Waits until the socket can be read or (if asked) written.
    ///
    /// Throws `CancellationError` as soon as the operation is cancelled, ``RedisError/timedOut(_:)`` at the deadline.
    func wait(
        forWriting: Bool, reading: Bool = true, until deadline: Deadline, wakeUp: WakeUp, cancellation: Cancellation
    ) throws -> (readable: Bool, writable: Bool) {
        let events = (reading ? POLLIN : 0) | (forWriting ? POLLOUT : 0)
        while true {
            if cancellation.isCancelled { throw CancellationError() }
            // Before the poll: from a server that never stops sending there is always something to read.
            if deadline.hasPassed { throw RedisError.timedOut(deadline.purpose) }
            var watched = [
                pollfd(fd: descriptor, events: Int16(events), revents: 0),
                pollfd(fd: wakeUp.readEnd, events: Int16(POLLIN), revents: 0),
            ]
            let count = poll(&watched, 2, deadline.milliseconds)
            if count > 0, watched[1].revents != 0 {
                // Another thread woke us; whether it was for this operation is checked at the top of the loop.
                wakeUp.silence()
                continue
            }
            if count > 0 {
                let seen = Int32(watched[0].revents)
                // An error or a hang-up is detected by reading or writing.
                let isBroken = seen & (POLLERR | POLLHUP | POLLNVAL) != 0
                return (reading && (seen & POLLIN != 0 || isBroken), forWriting && (seen & POLLOUT != 0 || isBroken))
            }
            if count < 0, errno != EINTR { throw RedisError.connectionLost(systemMessage(errno)) }
        }
    }
}
