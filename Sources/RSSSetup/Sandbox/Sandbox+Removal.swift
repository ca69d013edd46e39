import Foundation
import Glibc
import RSSCore
import RSSSystem

extension Sandbox {
    /// The file that is locked while a sandbox is started, stopped or removed.
    static let lock = "lock"
    /// What is removed with all that is in it: the cluster, also one that is not whole.
    private static let trees = ["postgres", "postgres.new"]
    private static let files = ["postgres.log", "redis.conf", "initdb.pw", "pgpass"]
    /// By which a sandbox is recognized; last, so that an interrupted removal can be run again.
    private static let proof = [SandboxState.name, SandboxMark.name, lock]

    /// Every name that `up` makes in its folder.
    static let names = Set(trees + files + proof + ["redis", "run"])

    /// What is in Redis's folder.
    private static func isRedis(_ name: String) -> Bool {
        ["redis.conf", "redis.pid", "redis.log", "dump.rdb"].contains(name) || name.hasPrefix("temp-")
    }

    /// What is in the folder of the sockets.
    private static func isSocket(_ name: String) -> Bool {
        name.hasPrefix(".s.PGSQL.") || ["redis.sock", "initdb.pw", SandboxMark.name].contains(name)
    }

    /// Stops both servers and removes what ``up(_:)`` made, the data included, and nothing else.
    ///
    /// - Returns: what is left in the folder, because `up` did not make it; the folder stays then.
    /// - Throws: ``SandboxError/notMade(folder:missing:)`` for a folder that is not a sandbox of this user,
    ///   `PrivateFolderError`.
    @discardableResult
    package func destroy() async throws -> [String] {
        guard try isMade() else { return [] }
        return try await locked {
            // A damaged state file does not prevent the removal: what is removed and stopped follows from the folder alone.
            let state = try (try? SandboxState.load(from: folder)) ?? SandboxState(new: folder)
            try await stop(state)
            return try remove(state)
        }
    }

    /// Whether there is a sandbox to be removed; not where the folder is missing or empty.
    ///
    /// - Throws: ``SandboxError/notMade(folder:missing:)``, `PrivateFolderError`.
    package func isMade() throws -> Bool {
        if access(folder, F_OK) != 0, errno == ENOENT { return false }
        let descriptor = try PrivateFolder.open(folder)
        defer { close(descriptor) }
        if FolderTree.names(in: descriptor).allSatisfy({ $0 == Self.lock }) { return false }
        guard try PrivateFile.read(SandboxState.file(in: folder)) != nil else {
            throw SandboxError.notMade(folder: folder, missing: SandboxState.name)
        }
        guard try SandboxMark(in: folder) != nil else {
            throw SandboxError.notMade(folder: folder, missing: SandboxMark.name)
        }
        return true
    }

    /// The bytes that the sandbox has on the disk.
    package func bytes() -> Int64 {
        // Only for the question: a folder that cannot be read is refused by what comes next.
        guard let descriptor = try? PrivateFolder.open(folder) else { return 0 }
        defer { close(descriptor) }
        return Self.names.reduce(0) { $0 + FolderTree.bytes($1, in: descriptor) }
    }

    private func remove(_ state: SandboxState) throws -> [String] {
        let owners = try ServerPrograms.unprivilegedAccount().map { [$0.uid] } ?? []
        let descriptor = try PrivateFolder.open(folder)
        defer { close(descriptor) }
        var left: [String] = []
        // Elsewhere any user may have a folder of that name: only one with our mark is meant.
        if state.socketFolder != "\(folder)/run", let mark = try SandboxMark(in: folder),
            (try? SandboxMark(in: state.socketFolder)) == mark
        {
            left += try removeFolder(at: state.socketFolder, in: AT_FDCWD, owners, Self.isSocket)
        }
        for name in Self.trees {
            try FolderTree.remove(name, in: descriptor, owners: owners, path: folder)
        }
        left += try removeFolder(at: "redis", in: descriptor, owners, Self.isRedis)
        left += try removeFolder(at: "run", in: descriptor, owners, Self.isSocket)
        for name in Self.files + Self.proof {
            try FolderTree.remove(name, in: descriptor, owners: owners, path: folder)
        }
        // Nothing but an empty folder is removed by this.
        rmdir(folder)
        return left + FolderTree.names(in: descriptor).filter { name in !left.contains { $0.hasPrefix("\(name)/") } }
    }

    /// Removes the files of a folder that a server made there, and the folder when nothing else is in it.
    private func removeFolder(
        at path: String, in above: Int32, _ owners: [uid_t], _ isOurs: (String) -> Bool
    ) throws -> [String] {
        let descriptor = openat(above, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR || errno == ELOOP { return [] }
            throw PrivateFolderError.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid() || owners.contains(status.st_uid) else {
            return ["\(path)/"]
        }
        var left: [String] = []
        for name in FolderTree.names(in: descriptor) {
            // A folder of such a name was not made by the servers.
            if !isOurs(name) || unlinkat(descriptor, name, 0) != 0 && errno != ENOENT { left.append("\(path)/\(name)") }
        }
        if left.isEmpty { unlinkat(above, path, AT_REMOVEDIR) }
        return left
    }
}
