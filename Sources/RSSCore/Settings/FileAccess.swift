import Glibc
import RSSModel
import RSSSystem

/// Who besides us can change a configuration file. Whoever can, decides which server is given the passwords that it names.
struct FileAccess {
    /// What makes it unusable: the file, or a folder above it, that any user can write; nil for nothing.
    private(set) var open: String?
    /// What should be fixed.
    private(set) var warnings: [String] = []

    /// Checks a file and the folders that it is in, and those of what it links to.
    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let places = [FilePath.absolute(path), FilePath.resolved(path)].compactMap { $0 }
        open = status.st_mode & 0o002 != 0 ? path : places.compactMap { Self.openFolder(above: $0) }.first
        if status.st_mode & 0o020 != 0, status.st_gid != getegid() {
            warnings.append("\(path) can be changed by a group: chmod g-w \(path.shellWord)")
        }
        if status.st_uid != geteuid(), status.st_uid != 0 {
            warnings.append("\(path) belongs to another user, who can change it: chown it to root or to yourself")
        }
    }

    /// A folder above in which any user can replace the existing file or folder. A sticky folder such
    /// as /tmp does not let them.
    private static func openFolder(above path: String) -> String? {
        var folder = path
        while folder != "/" {
            folder = FilePath.folder(of: folder)
            var status = stat()
            if stat(folder, &status) == 0, status.st_mode & 0o002 != 0, status.st_mode & S_ISVTX == 0 {
                return folder
            }
        }
        return nil
    }
}
