import CLibPQ
import Synchronization

/// Owns a `PGconn` and frees it; a class, because an actor's own `isolated deinit` breaks release builds of 6.3.1.
///
/// `@unchecked Sendable`: the pointer is used on the owning actor's thread alone; `deinit` runs when nothing references it.
final class ConnectionHandle: @unchecked Sendable {
    private(set) var pointer: OpaquePointer?
    let notices = NoticeBuffer()

    /// Takes over a fresh `PGconn`, and collects its notices from now on.
    func adopt(_ pointer: OpaquePointer) {
        self.pointer = pointer
        PQsetNoticeReceiver(
            pointer,
            { context, result in
                guard let context, let result else { return }
                func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
                guard let message = field(DiagnosticField.primaryMessage) else { return }
                Unmanaged<NoticeBuffer>.fromOpaque(context).takeUnretainedValue().append(
                    ServerNotice(
                        severity: field(DiagnosticField.severity) ?? "NOTICE", message: message,
                        detail: field(DiagnosticField.detail), hint: field(DiagnosticField.hint)))
            },
            // Unretained: the buffer lives as long as self, and self frees the PGconn before it goes.
            Unmanaged.passUnretained(notices).toOpaque())
    }

    func finish() {
        if let pointer { PQfinish(pointer) }
        pointer = nil
    }

    deinit { finish() }
}

/// libpq's `PG_DIAG_…` field codes; the macros are character literals, which Swift does not import.
enum DiagnosticField {
    static let severity = Int32(UInt8(ascii: "V"))
    static let sqlState = Int32(UInt8(ascii: "C"))
    static let primaryMessage = Int32(UInt8(ascii: "M"))
    static let detail = Int32(UInt8(ascii: "D"))
    static let hint = Int32(UInt8(ascii: "H"))
    static let position = Int32(UInt8(ascii: "P"))
    static let context = Int32(UInt8(ascii: "W"))
    static let table = Int32(UInt8(ascii: "t"))
    static let column = Int32(UInt8(ascii: "c"))
    static let constraint = Int32(UInt8(ascii: "n"))
}

/// What a server says besides its results.
package struct ServerNotice: Sendable, Equatable {
    /// `NOTICE`, `WARNING`, `INFO`, `LOG`, `DEBUG`, whatever the language of the server's messages.
    package let severity: String
    /// What it says.
    package let message: String
    /// More about it.
    package let detail: String?
    /// What to do about it.
    package let hint: String?
}

/// The notices of a session that were not fetched yet; the newest 1000 are kept.
final class NoticeBuffer: Sendable {
    private let notices = Mutex<(kept: [ServerNotice], lost: Int)>(([], 0))
    private static let limit = 1000

    func append(_ notice: ServerNotice) {
        notices.withLock {
            if $0.kept.count >= Self.limit {
                $0.kept.removeFirst()
                $0.lost += 1
            }
            $0.kept.append(notice)
        }
    }

    /// The notices, and how many came before them and were not kept.
    func take() -> (kept: [ServerNotice], lost: Int) {
        notices.withLock { notices in
            defer { notices = ([], 0) }
            return notices
        }
    }
}
