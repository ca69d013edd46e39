import Glibc
import RSSModel

/// What can go wrong between rssctl and the terminal.
package enum ConsoleError: ReportableError, Equatable {
    /// The reader of our output is gone, as with `| head`; the run ends quietly, as SIGPIPE would end it.
    case brokenPipe
    /// The system refused a write: disk full, I/O error. `errno` is the system's number.
    case cannotWrite(stream: String, errno: Int32)
    /// A result could not be turned into the format asked for.
    case encodingFailed(reason: String)
    /// A question needs an answer, and there is no terminal to ask on.
    case notInteractive(question: String)
    /// The run was cancelled while it waited for an answer.
    case cancelled

    /// The error as it is reported.
    package var report: ErrorReport {
        switch self {
        case .brokenPipe:
            ErrorReport(
                code: "RSS-OUTPUT-003", exit: .cannotWrite, message: "the reader of the output closed the pipe")
        case .cannotWrite(let stream, let code):
            ErrorReport(
                code: "RSS-OUTPUT-001", exit: .cannotWrite, message: "cannot write to \(stream)",
                detail: code == 0 ? nil : String(cString: strerror(code)),
                hint: code == ENOSPC ? "Make room on the disk, or write elsewhere." : nil)
        case .encodingFailed(let reason):
            ErrorReport(
                code: "RSS-OUTPUT-002", exit: .internalError, message: "cannot encode the result", detail: reason)
        case .notInteractive(let question):
            ErrorReport(
                code: "RSS-PROMPT-001", exit: .usage,
                message: "cannot ask for confirmation: stdin is not a terminal",
                detail: question, hint: "Add --yes to confirm in advance.")
        case .cancelled:
            ErrorReport(
                code: "RSS-PROMPT-002", exit: .interrupted,
                message: "interrupted at the confirmation prompt; nothing was done",
                hint: "Run the command again, or add --yes to confirm in advance.")
        }
    }
}
