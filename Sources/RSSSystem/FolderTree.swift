import Foundation
import Glibc

/// What is in a folder that is open: by descriptors, so that nothing is reached through a link, nor through a folder that
/// another process put in its place meanwhile.
package enum FolderTree {
    /// The names in a folder; none when it cannot be read.
    package static func names(in folder: Int32) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd/\(folder)")) ?? []).sorted()
    }

    /// Removes a file, or a folder with all that is in it; nothing to remove is not an error.
    ///
    /// - Parameters:
    ///   - owners: who may own it, besides the user who runs rssctl.
    ///   - path: the folder's path, for errors.
    /// - Throws: ``PrivateFolderError``, also for another file system that is mounted in it.
    package static func remove(
        _ name: String, in folder: Int32, owners: [uid_t], path: String
    ) throws(PrivateFolderError) {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return }
            throw failure("\(path)/\(name)")
        }
        guard status.st_uid == geteuid() || owners.contains(status.st_uid) else {
            throw .foreign(
                path: "\(path)/\(name)", owner: UserName.of(status.st_uid), user: UserName.of(geteuid()))
        }
        var above = stat()
        guard fstat(folder, &above) == 0 else { throw failure(path) }
        try remove(name, in: folder, device: above.st_dev, path: path)
    }

    private static func remove(
        _ name: String, in folder: Int32, device: dev_t, path: String
    ) throws(PrivateFolderError) {
        let own = "\(path)/\(name)"
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
            if errno == ENOENT { return }
            throw failure(own)
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            // A server that ends removes files of its own at the same time.
            guard unlinkat(folder, name, 0) == 0 || errno == ENOENT else { throw failure(own) }
            return
        }
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(own) }
        defer { close(descriptor) }
        guard fstat(descriptor, &status) == 0, status.st_dev == device else {
            throw .unusable(path: own, reason: "another file system is mounted there")
        }
        for child in names(in: descriptor) { try remove(child, in: descriptor, device: device, path: own) }
        guard unlinkat(folder, name, AT_REMOVEDIR) == 0 || errno == ENOENT else { throw failure(own) }
    }

    /// The bytes that a file, or a folder with all that is in it, has on the disk.
    package static func bytes(_ name: String, in folder: Int32) -> Int64 {
        var status = stat()
        guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else { return 0 }
        let own = Int64(status.st_blocks) * 512
        guard status.st_mode & S_IFMT == S_IFDIR else { return own }
        let descriptor = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { return own }
        defer { close(descriptor) }
        return names(in: descriptor).reduce(own) { $0 + bytes($1, in: descriptor) }
    }

    private static func failure(_ path: String) -> PrivateFolderError {
        .unusable(path: path, reason: String(cString: strerror(errno)))
    }
}
