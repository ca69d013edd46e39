import Foundation
import Glibc
import Journal
import PostgresClient
import RSSModel
import RSSSystem
import RedisClient

extension ErrorReport {
    /// Describes any error: by its own report where it has one, by the client's or system's text where not. Secrets are removed.
    package init(describing error: any Error) {
        self.init(wordsOf: error)
        message = Redaction.scrub(message)
        detail = detail.map(Redaction.scrub)
        hint = hint.map(Redaction.scrub)
        statement = statement.map(Redaction.scrub)
    }

    private init(wordsOf error: any Error) {
        switch error {
        case let error as any ReportableError: self = error.report
        case let error as PostgresError: self.init(postgres: error)
        case let error as AdvisoryLockError: self.init(lock: error)
        case let error as RedisError: self.init(redis: error)
        case let error as JournalError: self.init(journal: error)
        case is CancellationError:
            self.init(code: "RSS-RUN-001", exit: .interrupted, message: "interrupted; the running work was cancelled")
        case let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileNoSuchFile:
            self.init(
                code: "RSS-FILE-001", exit: .dataError, message: "\(error.filePath ?? "the file") does not exist",
                hint: "Check the path.")
        case let error as CocoaError where error.code == .fileReadNoPermission || error.code == .fileWriteNoPermission:
            self.init(
                code: "RSS-FILE-002", exit: .permission, message: "no permission for \(error.filePath ?? "the file")",
                hint: "Check owner and mode: ls -l")
        // What Foundation says of files: 256 to 511 of reading, 512 to 767 of writing.
        case let error as CocoaError where (256..<512).contains(error.code.rawValue):
            self = FileError.unreadable(path: error.filePath ?? "the file", reason: error.systemReason).report
        case let error as CocoaError where (512..<768).contains(error.code.rawValue):
            self = FileError.unwritable(path: error.filePath ?? "the file", reason: error.systemReason).report
        default:
            self.init(
                code: "RSS-INTERNAL-001", exit: .internalError, message: "unexpected: \(error)",
                hint: "Report it as a defect, with the command line and the output of: rssctl runs show last")
        }
    }

    private init(postgres error: PostgresError) {
        let (code, exit): (String, ExitStatus) =
            switch error.code {
            case .connectionFailed where error.sqlState?.conditionClass == "28" || error.lacksPassword:
                ("RSS-PG-006", .permission)
            case .connectionFailed: ("RSS-PG-001", .unavailable)
            case .connectionLost: ("RSS-PG-002", .unavailable)
            case .timedOut: ("RSS-PG-003", .unavailable)
            case .stalled: ("RSS-PG-017", .unavailable)
            case .server: Self.serverCode(error.sqlState)
            case .lockNotAcquired: ("RSS-LOCK-001", .tryAgain)
            case .connectionBusy, .decoding, .unexpectedResult: ("RSS-PG-009", .internalError)
            }
        let ours: String? =
            switch error.code {
            case .connectionFailed: "Check the connection step by step: rssctl doctor"
            case .connectionLost, .stalled:
                "Run the same command again when the server is available. Check it: rssctl doctor"
            case .server where error.sqlState == .lockNotAvailable:
                "Run the command again when the lock is released."
            case .server where error.sqlState == .undefinedTable:
                "Create the tables of visit reports: rssctl migrate; or check database.search_path: rssctl config show"
            case .server where error.sqlState == .insufficientPrivilege:
                "Grant the right to the role, or use another role. List what the role lacks: rssctl doctor"
            default: nil
            }
        self.init(
            code: code, exit: exit, message: error.message, detail: error.detail ?? error.context,
            hint: error.hint ?? ours, sqlState: error.sqlState?.rawValue,
            statement: error.statement?.withoutLeadingComments)
    }

    private static func serverCode(_ state: SQLState?) -> (String, ExitStatus) {
        switch state {
        case let state? where state.meansUnavailable: ("RSS-PG-002", .unavailable)
        case .insufficientPrivilege?, .invalidPassword?, .invalidAuthorization?: ("RSS-PG-006", .permission)
        case .lockNotAvailable?: ("RSS-PG-007", .tryAgain)
        case .queryCanceled?: ("RSS-PG-008", .failed)
        default: ("RSS-PG-005", .failed)
        }
    }

    private init(lock error: AdvisoryLockError) {
        self.init(
            code: "RSS-LOCK-001", exit: .tryAgain,
            message: "another run is active: the lock '\(error.lock.name)' is held",
            detail: error.holder.map { "It is held by \($0)." } ?? "The holder could not be seen.",
            hint: "Wait for it to end. List the active runs of this machine: rssctl runs list --outcome running")
    }

    private init(journal error: JournalError) {
        switch error {
        case .unusable(let path, let reason):
            self.init(
                code: "RSS-JOURNAL-001", exit: .failed, message: "the journal \(path) cannot be used", detail: reason,
                hint: "Check the file and its folder, or set RSSCTL_JOURNAL to another place.")
        case .unsafe(let path, let reason, let hint):
            self.init(
                code: "RSS-JOURNAL-005", exit: .permission, message: "the journal \(path) is not used", detail: reason,
                hint: hint)
        case .newer(let path):
            self.init(
                code: "RSS-JOURNAL-002", exit: .failed, message: "a newer rssctl wrote the journal \(path)",
                hint: "Install that version, or set RSSCTL_JOURNAL to another place.")
        case .noSuchRun(let id):
            self.init(
                code: "RSS-JOURNAL-003", exit: .failed, message: "run '\(id)' does not exist", hint: "rssctl runs list")
        case .ambiguousRun(let id, _):
            self.init(
                code: "RSS-JOURNAL-004", exit: .failed, message: "more than one run's id begins or ends with '\(id)'",
                hint: "Give more of the id: rssctl runs list")
        }
    }
}

extension CocoaError {
    /// The system's text where it gave one, Foundation's where not.
    fileprivate var systemReason: String {
        (underlying as? POSIXError).map { String(cString: strerror($0.code.rawValue)) } ?? localizedDescription
    }
}
