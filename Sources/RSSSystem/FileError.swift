import RSSModel

/// Why a file cannot be read or written.
package enum FileError: ReportableError, Equatable {
    /// It cannot be written.
    case unwritable(path: String, reason: String)
    /// It cannot be read.
    case unreadable(path: String, reason: String)
    /// A file exists that is not to be replaced.
    case exists(path: String)

    /// Why, in one line.
    package var reason: String {
        switch self {
        case .unwritable(_, let reason), .unreadable(_, let reason): reason
        case .exists: "it exists already"
        }
    }

    package var report: ErrorReport {
        switch self {
        case .unwritable(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-003", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint: "Give another place, in a folder that exists and may be written to.")
        case .unreadable(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-004", exit: .dataError, message: "\(path) cannot be read", detail: reason,
                hint: "Give a file that exists and can be read.")
        case .exists(let path):
            ErrorReport(
                code: "RSS-FILE-009", exit: .cannotWrite, message: "\(path) exists already and is not replaced",
                hint: "Give another place, or move the file away.")
        }
    }
}
