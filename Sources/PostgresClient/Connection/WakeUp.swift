import Glibc
import Synchronization

/// A pipe that ends a poll(2) of the connection's thread from outside.
final class WakeUp: Sendable {
    /// The end that poll(2) watches.
    let descriptor: Int32
    private let writeEnd: Int32

    init() throws {
        var ends: [Int32] = [-1, -1]
        if pipe(&ends) != 0 {
            throw PostgresError(.connectionFailed, "no pipe: \(String(cString: strerror(errno)))")
        }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (descriptor, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(writeEnd)
    }

    /// Ends the current or the next poll. A full pipe is a signal that is already pending, so its error is ignored.
    func signal() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Clears what was signalled.
    func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) > 0 {}
    }
}

/// Says whether one operation was cancelled. One per operation, so that a cancellation that arrives late can never hit
/// the operation that follows.
final class CancellationFlag: Sendable {
    private let state = Mutex(false)
    private let wakeUp: WakeUp

    init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

    func cancel() {
        state.withLock { $0 = true }
        wakeUp.signal()
    }

    var isCancelled: Bool { state.withLock { $0 } }
}
