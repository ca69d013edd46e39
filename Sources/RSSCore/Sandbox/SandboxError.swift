import RSSModel

/// What can go wrong with the private servers.
public enum SandboxError: ReportableError, Equatable {
    /// A server program is not installed.
    case programMissing(String, package: String)
    /// Run as root, and there is no unprivileged user to run the servers.
    case noUnprivilegedUser
    /// A server did not start; the last lines of its log say why.
    case startFailed(server: String, reason: String)
    /// The sandbox is needed and not running.
    case notRunning(folder: String)
    /// The note of a sandbox's ports and passwords cannot be read.
    case stateUnreadable(path: String, reason: String)
    /// Another process is starting or stopping the same sandbox.
    case busy(folder: String)

    public var report: ErrorReport {
        switch self {
        case .programMissing(let program, let package):
            ErrorReport(
                code: "RSS-SANDBOX-001", exit: .failed, message: "the program \(program) is not installed",
                hint: "apt-get install \(package)")
        case .noUnprivilegedUser:
            ErrorReport(
                code: "RSS-SANDBOX-002", exit: .failed,
                message: "PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it",
                hint: "run rssctl as an ordinary user, or apt-get install postgresql")
        case .startFailed(let server, let reason):
            ErrorReport(
                code: "RSS-SANDBOX-003", exit: .unavailable, message: "the sandbox's \(server) did not start",
                detail: reason, hint: "rssctl sandbox destroy && rssctl sandbox up")
        case .notRunning(let folder):
            ErrorReport(
                code: "RSS-SANDBOX-004", exit: .unavailable, message: "no sandbox is running in \(folder)",
                hint: "rssctl sandbox up")
        case .stateUnreadable(let path, let reason):
            ErrorReport(
                code: "RSS-SANDBOX-005", exit: .failed, message: "\(path) cannot be read", detail: reason,
                hint: "rssctl sandbox destroy && rssctl sandbox up")
        case .busy(let folder):
            ErrorReport(
                code: "RSS-SANDBOX-006", exit: .tryAgain,
                message: "another process is starting or stopping the sandbox in \(folder)",
                hint: "try again in a moment")
        }
    }
}
