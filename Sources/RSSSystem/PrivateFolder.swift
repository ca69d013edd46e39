import Glibc
import RSSModel

/// A folder of rssctl's files, which none but its owner may change: state, journal, sandbox, certificates.
///
/// It is made with mode 0700 whatever the umask. One that is there is used only when it belongs to the user who runs
/// rssctl and the group and others may not write to it; else they could put a file or a link in the place of one of ours.
package enum PrivateFolder {
    /// Makes a folder, and those above it that are missing, and checks it.
    ///
    /// - Returns: the folders that were made, the highest first.
    /// - Throws: ``PrivateFolderError``.
    @discardableResult
    package static func make(_ path: String) throws(PrivateFolderError) -> [String] {
        let made = try makeMissing(path)
        close(try open(path))
        return made
    }

    /// Makes a folder, and those above it, where they are missing; one that is there is taken as it is.
    ///
    /// - Returns: the folders that were made, the highest first.
    /// - Throws: ``PrivateFolderError``.
    @discardableResult
    package static func makeMissing(_ path: String) throws(PrivateFolderError) -> [String] {
        var status = stat()
        if stat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .notFolder(path: path) }
            return []
        }
        guard errno == ENOENT else {
            if errno == ENOTDIR { throw .notFolder(path: existingAncestor(of: path)) }
            throw failure(path)
        }
        let above = FilePath.folder(of: path)
        let made = above == path ? [] : try makeMissing(above)
        if mkdir(path, 0o700) != 0 {
            // Another process may have been quicker; what it made is checked by whoever asked for it.
            guard errno == EEXIST, stat(path, &status) == 0 else { throw failure(path) }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .notFolder(path: path) }
            return made
        }
        // A umask that takes rights from the owner would leave a folder that we cannot use ourselves.
        if lstat(path, &status) == 0, status.st_mode & 0o777 != 0o700 { chmod(path, 0o700) }
        return made + [path]
    }

    /// Opens a folder after checking it.
    ///
    /// - Parameter owners: who may own it besides the user who runs rssctl.
    /// - Returns: its descriptor, which the caller closes.
    /// - Throws: ``PrivateFolderError``.
    package static func open(_ path: String, owners: [uid_t] = []) throws(PrivateFolderError) -> Int32 {
        var link = stat()
        guard lstat(path, &link) == 0 else { throw failure(path) }
        // A link that another user made may lead to any folder of ours.
        if link.st_mode & S_IFMT == S_IFLNK, !isTrusted(link.st_uid, owners) { throw foreign(path, link.st_uid) }
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOTDIR { throw .notFolder(path: path) }
            throw failure(path)
        }
        do throws(PrivateFolderError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw failure(path) }
            guard status.st_uid == geteuid() || owners.contains(status.st_uid) else {
                throw foreign(path, status.st_uid)
            }
            guard status.st_mode & 0o022 == 0 else {
                throw .writable(path: path, mode: octal(status.st_mode))
            }
            try checkAncestors(path, owners)
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Lets a group go through a folder to what is in it; nothing of it can be listed, read or changed by the group.
    ///
    /// - Throws: ``PrivateFolderError``.
    package static func letThrough(_ path: String, group: gid_t) throws(PrivateFolderError) {
        let descriptor = try open(path)
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(path) }
        // All users may go through already.
        if status.st_mode & 0o001 != 0 || (status.st_gid == group && status.st_mode & 0o010 != 0) { return }
        guard fchown(descriptor, uid_t.max, group) == 0, fchmod(descriptor, (status.st_mode & 0o7700) | 0o010) == 0
        else { throw failure(path) }
    }

    /// Whoever may rename a folder above can put another in its place. A sticky folder such as /tmp does not let them.
    private static func checkAncestors(_ path: String, _ owners: [uid_t]) throws(PrivateFolderError) {
        guard var folder = FilePath.resolved(path) else { throw failure(path) }
        while folder != "/" {
            folder = FilePath.folder(of: folder)
            var status = stat()
            guard lstat(folder, &status) == 0 else { throw failure(folder) }
            if status.st_mode & 0o002 != 0, status.st_mode & S_ISVTX == 0 {
                throw .writable(path: folder, mode: octal(status.st_mode))
            }
        }
    }

    private static func isTrusted(_ user: uid_t, _ owners: [uid_t]) -> Bool {
        user == geteuid() || user == 0 || owners.contains(user)
    }

    private static func existingAncestor(of path: String) -> String {
        var (folder, status) = (path, stat())
        while folder != "/", folder != ".", stat(folder, &status) != 0 { folder = FilePath.folder(of: folder) }
        return folder
    }

    private static func failure(_ path: String) -> PrivateFolderError {
        errno == EACCES ? .denied(path) : .unusable(path: path, reason: String(cString: strerror(errno)))
    }

    private static func foreign(_ path: String, _ owner: uid_t) -> PrivateFolderError {
        .foreign(path: path, owner: UserName.of(owner), user: UserName.of(geteuid()))
    }

    private static func octal(_ mode: mode_t) -> String { String(mode & 0o7777, radix: 8) }
}
