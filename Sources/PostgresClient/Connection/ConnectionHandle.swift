import CLibPQ
import Synchronization

/// Owns a `PGconn` and frees it; a class, because an actor's own `isolated deinit` breaks release builds of 6.3.1.
///
/// `@unchecked Sendable`: the pointer is used on the owning actor's thread alone; `deinit` runs when nobody holds it.
final class ConnectionHandle: @unchecked Sendable {
    private(set) var pointer: OpaquePointer?
    let notices = NoticeBuffer()

    /// Takes over a fresh `PGconn`, and collects its notices from now on.
    func adopt(_ pointer: OpaquePointer) {
        self.pointer = pointer
        PQsetNoticeReceiver(
            pointer,
            { context, result in
                guard let context, let text = PQresultErrorField(result, DiagnosticField.primaryMessage) else { return }
                Unmanaged<NoticeBuffer>.fromOpaque(context).takeUnretainedValue().append(String(cString: text))
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

/// The notices of a session that nobody has fetched yet; the newest 100 are kept.
final class NoticeBuffer: Sendable {
    private let texts = Mutex<[String]>([])

    func append(_ text: String) {
        texts.withLock {
            if $0.count >= 100 { $0.removeFirst() }
            $0.append(text)
        }
    }

    func take() -> [String] {
        texts.withLock { texts in
            defer { texts = [] }
            return texts
        }
    }
}
