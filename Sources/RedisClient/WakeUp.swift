import Glibc
import Synchronization

/// Wakes a thread out of poll(2) from another thread: a pipe whose reading end is polled beside the socket.
final class WakeUp: Sendable {
    /// Becomes readable when another thread signals.
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(RedisError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw .unreachable("no pipe: " + systemMessage(errno)) }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Wakes the thread; a pipe that is full has woken it already.
    func ring() {
        var byte: UInt8 = 1
        _ = write(writeEnd, &byte, 1)
    }

    /// Clears all signals so far.
    func silence() {
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(readEnd, &bytes, bytes.count) > 0 {}
    }
}

/// Whether one operation has been cancelled. Each has its own, so that a late cancel cannot hit the next operation.
final class Cancellation: Sendable {
    private let flag = Atomic(false)
    private let wakeUp: WakeUp

    init(_ wakeUp: WakeUp) { self.wakeUp = wakeUp }

    var isCancelled: Bool { flag.load(ordering: .acquiring) }

    func cancel() {
        flag.store(true, ordering: .releasing)
        wakeUp.ring()
    }
}

/// The system's words for an error number.
func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
