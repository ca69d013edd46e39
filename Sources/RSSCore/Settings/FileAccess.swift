import Foundation
import Glibc

/// Who besides us can change a configuration file. Whoever can, decides which server is given the passwords that it names.
struct FileAccess {
    /// Why it must not be used: everybody can change it, or put another in its place.
    private(set) var hazard: String?
    /// What should be fixed.
    private(set) var warnings: [String] = []

    /// Looks at a file and the folder that it is in, after all links.
    init(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        let folder = (URL(fileURLWithPath: path).resolvingSymlinksInPath().path as NSString).deletingLastPathComponent
        var folderStatus = stat()
        let folderIsKnown = stat(folder, &folderStatus) == 0
        // In a sticky folder nobody can replace another user's file.
        let isOpen = folderIsKnown && folderStatus.st_mode & 0o1002 == 0o002
        if status.st_mode & 0o002 != 0 {
            hazard = "everybody can write it"
        } else if isOpen {
            hazard = "everybody can write its folder"
        }
        if status.st_mode & 0o020 != 0, status.st_gid != getegid() {
            warnings.append("\(path) can be changed by a group: chmod g-w \(path)")
        }
        if status.st_uid != geteuid(), status.st_uid != 0 {
            warnings.append("\(path) belongs to another user, who can change it: chown it to root or to yourself")
        }
    }
}
