import CLibPQ
import Glibc

/// A message sent with NOTIFY.
package struct PostgresNotification: Sendable, Equatable {
    /// The channel it was sent on.
    package let channel: String
    /// The text sent along, empty for none.
    package let payload: String
    /// The process id of the sending backend.
    package let backendPID: Int32
}

extension PostgresConnection {
    /// Listens on a channel from now on.
    package func listen(_ channel: String) async throws {
        try await execute("LISTEN \(try quoteIdentifier(channel))")
    }

    /// Stops listening on a channel.
    package func unlisten(_ channel: String) async throws {
        try await execute("UNLISTEN \(try quoteIdentifier(channel))")
    }

    /// Sends a notification; the payload may have up to 8000 bytes.
    package func notify(_ channel: String, payload: String = "") async throws {
        try await query("SELECT pg_notify($1, $2)", [channel, payload])
    }

    /// The next notification, or nil when none came in time. The connection is busy meanwhile.
    ///
    /// - Throws: ``PostgresError`` when the session is lost; `CancellationError`.
    package func nextNotification(within timeout: Duration) async throws -> PostgresNotification? {
        try await cancellable {
            try self.requireIdle()
            let deadline = ContinuousClock.now + timeout
            self.collectNotifications(try self.pointer())
            while self.notifications.isEmpty {
                switch try self.poll(POLLIN, until: deadline) {
                case .deadline: return nil
                case .cancelled: throw CancellationError()
                case .ready:
                    let pointer = try self.pointer()
                    if PQconsumeInput(pointer) == 0 { throw self.lost() }
                    self.collectNotifications(pointer)
                }
            }
            return self.notifications.removeFirst()
        }
    }

    func collectNotifications(_ pointer: OpaquePointer) {
        while let notify = PQnotifies(pointer) {
            notifications.append(
                PostgresNotification(
                    channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra),
                    backendPID: notify.pointee.be_pid))
            PQfreemem(notify)
        }
    }
}
