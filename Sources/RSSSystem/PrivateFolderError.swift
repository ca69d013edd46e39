import Glibc
import RSSModel

/// Why a folder or a file is not used for rssctl's files: others could read it, change it, or put something in its place.
package enum PrivateFolderError: ReportableError, Equatable {
    /// It cannot be made or opened.
    case unusable(path: String, reason: String)
    /// It is a file, or something else that is not a folder.
    case notFolder(path: String)
    /// It belongs to another user.
    case foreign(path: String, owner: String, user: String)
    /// The group or others may write to it.
    case writable(path: String, mode: String)

    package var report: ErrorReport {
        switch self {
        case .unusable(let path, let reason):
            ErrorReport(
                code: "RSS-FILE-005", exit: .cannotWrite, message: "the folder \(path) cannot be used", detail: reason,
                hint: "Give a folder that may be written to.")
        case .notFolder(let path):
            ErrorReport(
                code: "RSS-FILE-006", exit: .cannotWrite, message: "\(path) is not a folder",
                hint: "Give a folder, or move the file away.")
        case .foreign(let path, let owner, let user):
            ErrorReport(
                code: "RSS-FILE-007", exit: .permission,
                message: "\(path) belongs to \(owner), and rssctl runs as \(user)",
                detail: "What another user owns can be changed or replaced by that user.",
                hint:
                    "Run the command as \(owner), or check it and then change its owner: chown \(user) \(ShellText.quoted(path))"
            )
        case .writable(let path, let mode):
            ErrorReport(
                code: "RSS-FILE-008", exit: .permission, message: "others may write to \(path), mode \(mode)",
                detail: "Others could replace what is in it.",
                // A sticky folder is shared by all users, as /tmp is.
                hint: mode.count > 3
                    ? "Give a folder of your own."
                    : "Check what is in it, then change its mode: chmod go-w \(ShellText.quoted(path))")
        }
    }

    /// The error for a path that may not be opened: whose it is, or whose folder prevents it, says more than that.
    static func denied(_ path: String) -> PrivateFolderError {
        var (place, status) = (path, stat())
        while lstat(place, &status) != 0, place != "/", place != "." { place = FilePath.folder(of: place) }
        guard status.st_uid != geteuid() else {
            return .unusable(path: path, reason: String(cString: strerror(EACCES)))
        }
        return .foreign(path: place, owner: UserName.of(status.st_uid), user: UserName.of(geteuid()))
    }

    /// Why, in one line.
    package var reason: String {
        switch self {
        case .unusable(_, let reason): reason
        default: report.message
        }
    }
}
