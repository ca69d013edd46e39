import RSSModel
import RSSSystem

/// What can go wrong with the private servers.
package enum SandboxError: ReportableError, Equatable {
    /// A server program is not installed.
    case programMissing(String, package: String)
    /// Run as root, and there is no unprivileged user to run the servers.
    case noUnprivilegedUser
    /// A server did not start; the last lines of its log say why.
    case startFailed(server: String, reason: String, log: String?)
    /// The sandbox is needed and not running.
    case notRunning(folder: String)
    /// Another process is starting or stopping the same sandbox.
    case busy(folder: String)
    /// The folder is not one that `up` made: nothing in it is removed.
    case notMade(folder: String, missing: String)
    /// There are files in the folder that `up` did not make.
    case notEmpty(folder: String, names: [String])
    /// A server's process is there, and does not answer.
    case notAnswering(server: String, folder: String)
    /// A server did not stop.
    case stopFailed(server: String, reason: String)
    /// The user who runs the servers for root cannot reach the folder.
    case unreachable(folder: String, user: String, closed: String)

    package var report: ErrorReport {
        switch self {
        case .programMissing(let program, let package):
            ErrorReport(
                code: "RSS-SANDBOX-001", exit: .failed, message: "the program \(program) is not installed",
                hint: "Install it: apt-get install \(package)")
        case .noUnprivilegedUser:
            ErrorReport(
                code: "RSS-SANDBOX-002", exit: .failed,
                message: "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it",
                hint:
                    "Run rssctl as an ordinary user, or install the package that creates postgres: apt-get install postgresql"
            )
        case .startFailed(let server, let reason, let log):
            ErrorReport(
                code: "RSS-SANDBOX-003", exit: .unavailable, message: "the sandbox's \(server) did not start",
                detail: reason,
                hint: log.map {
                    "Read the log with tail \(ShellText.quoted($0)) and try again, the data still exists: rssctl sandbox up"
                }
                    ?? "Try again: rssctl sandbox up")
        case .notRunning(let folder):
            ErrorReport(
                code: "RSS-SANDBOX-004", exit: .unavailable, message: "no sandbox is running in \(folder)",
                hint: "rssctl sandbox up")
        case .busy(let folder):
            ErrorReport(
                code: "RSS-SANDBOX-006", exit: .tryAgain,
                message: "another process is starting or stopping the sandbox in \(folder)",
                hint: "Try again in a moment.")
        case .notMade(let folder, let missing):
            ErrorReport(
                code: "RSS-SANDBOX-007", exit: .configuration,
                message: "\(folder) is not a sandbox that rssctl sandbox up made, and nothing was removed",
                detail: "It has no \(missing).",
                hint:
                    "Name the folder with RSSCTL_SANDBOX. A sandbox of an earlier version is marked by: rssctl sandbox up"
            )
        case .notEmpty(let folder, let names):
            ErrorReport(
                code: "RSS-SANDBOX-008", exit: .configuration,
                message: "\(folder) is not empty, and rssctl sandbox up did not make what is in it",
                detail:
                    "It holds \(names.prefix(5).joined(separator: ", "))\(names.count > 5 ? " and \(names.count - 5) more" : "").",
                hint: "Name a new folder: RSSCTL_SANDBOX=FOLDER rssctl sandbox up")
        case .notAnswering(let server, let folder):
            ErrorReport(
                code: "RSS-SANDBOX-009", exit: .unavailable,
                message: "the sandbox's \(server) in \(folder) is running and does not answer",
                hint: "rssctl sandbox down && rssctl sandbox up")
        case .stopFailed(let server, let reason):
            ErrorReport(
                code: "RSS-SANDBOX-010", exit: .failed, message: "the sandbox's \(server) did not stop", detail: reason,
                hint: "See what is running: rssctl sandbox status")
        case .unreachable(let folder, let user, let closed):
            ErrorReport(
                code: "RSS-SANDBOX-011", exit: .permission,
                message: "the user \(user), who runs the servers for root, cannot reach \(folder)",
                detail: "The folder \(closed) is closed to that user.",
                hint: "Name a folder below one that all may enter: RSSCTL_SANDBOX=/var/lib/rssctl/sandbox")
        }
    }
}
