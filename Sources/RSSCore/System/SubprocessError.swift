import RSSModel
import RSSSystem

/// A program that could not be run to its end.
package enum SubprocessError: ReportableError, Equatable {
    /// The files for what it prints cannot be made.
    case noTemporaryFile(String, reason: String)
    /// The system does not start it.
    case cannotStart(String, reason: String)
    /// It ended with a status other than 0.
    case failed(String, status: Int32, words: String)
    /// It did not end in time, and was killed.
    case tookTooLong(String, limit: Duration)

    package var report: ErrorReport {
        switch self {
        case .noTemporaryFile(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-010", exit: .cannotWrite, message: "the temporary file \(path) cannot be made",
                detail: reason, hint: "Make room there, or give another folder: TMPDIR=FOLDER")
        case .cannotStart(let program, let reason):
            ErrorReport(
                code: "RSS-FILE-011", exit: .failed, message: "the program \(program) cannot be started",
                detail: reason,
                hint: "Check its owner and mode: ls -l \(ShellText.quoted(program))")
        case .failed(let program, let status, let words):
            ErrorReport(
                code: "RSS-FILE-012", exit: .failed, message: "the program \(program) ended with status \(status)",
                detail: Redaction.scrub(words), hint: "Check its messages.")
        case .tookTooLong(let program, let limit):
            ErrorReport(
                code: "RSS-FILE-012", exit: .failed,
                message: "the program \(program) did not end within \(limit.components.seconds) s, and was killed",
                hint: "Run the same command again when the machine is less busy.")
        }
    }
}
