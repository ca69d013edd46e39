import CSV
import Glibc

/// The bytes that are imported, in a file that can be read twice.
///
/// The second reading gives the original text of rejected rows. Some of them are known to be wrong only when the whole
/// file is in the database, and keeping the text of every row until then, here or there, would double what an import
/// needs; a second pass costs a fraction of a second per gigabyte and no memory. Standard input and other pipes can be
/// read only once, so they go into a temporary file first.
final class ImportInput: Sendable {
    /// As the user named it.
    let name: String
    /// Bytes.
    let size: Int64

    private let descriptor: Int32
    private let stamp: Stamp

    /// What changes when somebody writes to the file.
    private struct Stamp: Equatable {
        let size: Int
        let seconds: Int
        let nanoseconds: Int

        init(_ descriptor: Int32) {
            var status = stat()
            fstat(descriptor, &status)
            (size, seconds, nanoseconds) = (status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        }
    }

    private init(name: String, descriptor: Int32) {
        self.name = name
        self.descriptor = descriptor
        stamp = Stamp(descriptor)
        size = Int64(stamp.size)
    }

    deinit { close(descriptor) }

    /// Opens a file, or keeps standard input (`-`) or a pipe in a temporary file.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    static func open(_ path: String) throws -> ImportInput {
        if path == "-" { return try spool(STDIN_FILENO, name: "standard input") }
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportError.unreadable(path, reason: systemMessage, isPermission: errno == EACCES)
        }
        var status = stat()
        fstat(descriptor, &status)
        switch status.st_mode & S_IFMT {
        case S_IFREG: return ImportInput(name: path, descriptor: descriptor)
        case S_IFDIR:
            close(descriptor)
            throw ImportError.unreadable(path, reason: "it is a folder", isPermission: false)
        default:
            defer { close(descriptor) }
            return try spool(descriptor, name: path)
        }
    }

    /// Starts reading from the beginning; one reader at a time. The dialect is detected unless it is given.
    ///
    /// - Throws: ``ImportError``.
    func reader(_ dialect: Dialect? = nil) throws(ImportError) -> RecordReader {
        lseek(descriptor, 0, SEEK_SET)
        do {
            // A record may be as long as this; behind a quote that is never closed no more than this is lost.
            return try RecordReader(descriptor: descriptor, dialect: dialect, limit: 1 << 20)
        } catch {
            throw ImportError.unreadable(name, reason: "\(error)", isPermission: false)
        }
    }

    /// Whether nobody wrote to the file since it was opened.
    var isUnchanged: Bool { Stamp(descriptor) == stamp }

    /// Whether a path leads to this file.
    func isSameFile(as path: String) -> Bool {
        var (mine, other) = (stat(), stat())
        return fstat(descriptor, &mine) == 0 && stat(path, &other) == 0 && mine.st_ino == other.st_ino
            && mine.st_dev == other.st_dev
    }

    /// The system's words for the last error.
    static var systemMessage: String { String(cString: strerror(errno)) }

    private static func spool(_ source: Int32, name: String) throws -> ImportInput {
        let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(folder)/rssctl-import-XXXXXX".utf8CString)
        let file = mkstemp(&template)
        guard file >= 0 else { throw ImportError.noSpool(folder: folder, reason: systemMessage) }
        // Without its name it is gone with this process, however that ends.
        unlink(template)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        do {
            try copy(from: source, to: file, name: name, folder: folder)
        } catch {
            close(file)
            throw error
        }
        return ImportInput(name: name, descriptor: file)
    }

    private static func copy(from source: Int32, to file: Int32, name: String, folder: String) throws {
        var piece = [UInt8](repeating: 0, count: 256 << 10)
        while true {
            try Task.checkCancellation()
            var watched = pollfd(fd: source, events: Int16(POLLIN), revents: 0)
            // Wakes up now and then to see whether the task was cancelled while nothing comes.
            if poll(&watched, 1, 200) == 0 { continue }
            let count = read(source, &piece, piece.count)
            if count == 0 { return }
            guard count > 0 else {
                if errno == EINTR || errno == EAGAIN { continue }
                throw ImportError.unreadable(name, reason: systemMessage, isPermission: false)
            }
            var written = 0
            while written < count {
                let step = write(file, Array(piece[written..<count]), count - written)
                if step < 0, errno == EINTR { continue }
                guard step > 0 else { throw ImportError.noSpool(folder: folder, reason: systemMessage) }
                written += step
            }
        }
    }
}
