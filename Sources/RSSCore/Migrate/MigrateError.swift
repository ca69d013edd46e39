import PostgresClient
import RSSModel

/// What keeps migrations from being applied.
public enum MigrateError: ReportableError, Equatable {
    /// The folder of migrations cannot be read, or holds none.
    case directoryUnreadable(String, reason: String)
    /// Two files have the same version.
    case duplicateVersion(Int64, files: [String])
    /// A file is not UTF-8 text.
    case notText(file: String)
    /// A file ended the transaction that it is run in.
    case endedTransaction(file: String)
    /// A file was changed after it had been applied.
    case checksumMismatch(version: Int64, file: String)
    /// The database has a migration that the source does not know.
    case unknownApplied(version: Int64, name: String)
    /// A pending migration is older than one that was applied.
    case outOfOrder(version: Int64, newest: Int64)
    /// A statement failed; nothing of its file was kept.
    case statementFailed(PostgresError, place: SourcePlace)
    /// No lock was to be had within the budget.
    case lockBudgetSpent(file: String, budget: String, blockers: [String])

    public var report: ErrorReport {
        switch self {
        case .directoryUnreadable(let path, let reason):
            ErrorReport(
                code: "RSS-MIGRATE-001", exit: .dataError, message: "the folder \(path) holds no migrations to read",
                detail: reason, hint: "name a folder of V0001__what_it_does.sql files with --directory")
        case .duplicateVersion(let version, let files):
            ErrorReport(
                code: "RSS-MIGRATE-002", exit: .dataError, message: "version \(version) exists twice",
                detail: files.joined(separator: ", "), hint: "give one of the files another number")
        case .notText(let file):
            ErrorReport(
                code: "RSS-MIGRATE-008", exit: .dataError, message: "\(file) is not UTF-8 text, or holds a NUL byte",
                hint: "convert it: iconv -f LATIN1 -t UTF-8")
        case .endedTransaction(let file):
            ErrorReport(
                code: "RSS-MIGRATE-009", exit: .failed,
                message: "\(file) ended its transaction with a COMMIT or ROLLBACK of its own",
                detail: "what it had done up to there may be kept, and it is not recorded as applied",
                hint: "take transaction statements out of the file: each file is run in one transaction")
        case .checksumMismatch(let version, let file):
            ErrorReport(
                code: "RSS-MIGRATE-003", exit: .pending,
                message: "\(file) was changed after version \(version) had been applied",
                hint: "restore the file as it was, and put the change into a new migration")
        case .unknownApplied(let version, let name):
            ErrorReport(
                code: "RSS-MIGRATE-004", exit: .pending,
                message: "the database has version \(version) (\(name)), which is not among the migrations here",
                hint: "use the rssctl, or the folder, that applied it")
        case .outOfOrder(let version, let newest):
            ErrorReport(
                code: "RSS-MIGRATE-005", exit: .pending,
                message: "version \(version) is pending, though the newer version \(newest) was applied already",
                hint: "give the file a number above \(newest)")
        case .statementFailed(let error, let place):
            ErrorReport(
                code: "RSS-MIGRATE-006", exit: error.isConnectivity ? .unavailable : .failed,
                message: error.message, detail: error.detail ?? error.context,
                hint: error.hint ?? "nothing of the file was kept; mend it and run rssctl migrate again",
                sqlState: error.sqlState?.rawValue, place: place)
        case .lockBudgetSpent(let file, let budget, let blockers):
            ErrorReport(
                code: "RSS-MIGRATE-007", exit: .tryAgain, message: "no lock for \(file) within \(budget)",
                detail: blockers.isEmpty ? nil : "blocked by \(blockers.joined(separator: "; "))",
                hint: "try again when the sessions named have ended, or allow more with --lock-budget")
        }
    }
}
