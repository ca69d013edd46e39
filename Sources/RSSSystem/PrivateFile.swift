import Glibc
import RSSModel

/// Files in a ``PrivateFolder`` that are opened only when they are ours: no link, no pipe, nothing that another user owns.
package enum PrivateFile {
    /// Opens the file that processes lock (`flock`), and makes it the first time.
    ///
    /// - Returns: its descriptor, which the caller closes; the lock goes with it.
    /// - Throws: ``PrivateFolderError``.
    package static func openLock(_ path: String) throws(PrivateFolderError) -> Int32 {
        // Without O_NONBLOCK, opening a pipe in its place would block.
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0o600 as mode_t)
        guard descriptor >= 0 else { throw failure(path) }
        return try checked(descriptor, path)
    }

    /// The content of a file; nil when there is none.
    ///
    /// - Parameter limit: the size from which on it is refused.
    /// - Throws: ``PrivateFolderError``.
    package static func read(_ path: String, limit: Int = 1 << 20) throws(PrivateFolderError) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure(path)
        }
        _ = try checked(descriptor, path)
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = Glibc.read(descriptor, &piece, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure(path) }
            if count == 0 { return bytes }
            bytes += piece[..<count]
            guard bytes.count <= limit else { throw .unusable(path: path, reason: "it is larger than \(limit) bytes") }
        }
    }

    /// Refuses what is not a file of ours; the descriptor is closed then.
    private static func checked(_ descriptor: Int32, _ path: String) throws(PrivateFolderError) -> Int32 {
        var status = stat()
        let problem: PrivateFolderError?
        if fstat(descriptor, &status) != 0 {
            problem = failure(path)
        } else if status.st_mode & S_IFMT != S_IFREG {
            problem = .unusable(path: path, reason: "it is not a regular file")
        } else if status.st_uid != geteuid() {
            problem = .foreign(path: path, owner: UserName.of(status.st_uid), user: UserName.of(geteuid()))
        } else if status.st_mode & 0o022 != 0 {
            problem = .writable(path: path, mode: String(status.st_mode & 0o7777, radix: 8))
        } else {
            problem = nil
        }
        guard let problem else { return descriptor }
        close(descriptor)
        throw problem
    }

    private static func failure(_ path: String) -> PrivateFolderError {
        let reason = String(cString: strerror(errno))
        if errno == ELOOP { return .unusable(path: path, reason: "it is a symbolic link") }
        return errno == EACCES ? .denied(path) : .unusable(path: path, reason: reason)
    }
}
