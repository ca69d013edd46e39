import CSV
import Glibc
import RSSCore
import RSSSystem

/// The bytes that are imported, in a file that can be read twice.
///
/// The second reading gives the original text of rejected rows. Some of them are known to be wrong only when the whole
/// file is in the database, and keeping the text of every row until then, here or there, would double what an import
/// needs; a second pass costs a fraction of a second per gigabyte and no memory. Standard input and other pipes can be
/// read only once, so they go into a temporary file first; and so does what is compressed or a workbook.
final class ImportInput: Sendable {
    /// As the user named it.
    let name: String
    /// Bytes that are read: of a compressed file, those that were in it.
    let size: Int64
    /// How the text is written, where that is known and need not be detected: of a workbook.
    let dialect: Dialect?
    /// The sheet of a workbook that it is.
    let sheet: SheetChoice?

    private let descriptor: Int32
    private let stamp: Stamp
    private let original: Identity

    /// What identifies a file, by whatever path it is reached.
    private struct Identity: Equatable {
        let device: dev_t
        let inode: ino_t

        init(_ status: stat) { (device, inode) = (status.st_dev, status.st_ino) }

        init(_ descriptor: Int32) {
            var status = stat()
            fstat(descriptor, &status)
            self.init(status)
        }
    }

    /// What changes when the file is written to.
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

    private init(name: String, descriptor: Int32, dialect: Dialect?, sheet: SheetChoice?, original: Identity) {
        self.sheet = sheet
        self.name = name
        self.descriptor = descriptor
        self.dialect = dialect
        self.original = original
        stamp = Stamp(descriptor)
        size = Int64(stamp.size)
    }

    deinit { close(descriptor) }

    /// Opens a file, or keeps standard input (`-`) or a pipe in a temporary file. What is compressed is decompressed into
    /// one, and a sheet of a workbook is written there as CSV.
    ///
    /// - Parameter sheet: the sheet of a workbook; its first visible one unless given.
    /// - Throws: ``ImportError``, `CancellationError`.
    static func open(_ path: String, sheet: String? = nil) throws -> ImportInput {
        let isStandardInput = path == "-"
        let name = isStandardInput ? "standard input" : path
        // A pipe without a writer is not waited for here, but where a timeout ends the wait.
        var descriptor =
            isStandardInput
            ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw ImportError.unreadable(name, reason: systemMessage, isPermission: errno == EACCES)
        }
        defer { if descriptor >= 0 { close(descriptor) } }
        let original = Identity(descriptor)
        var status = stat()
        fstat(descriptor, &status)
        let kind = status.st_mode & S_IFMT
        if kind == S_IFDIR { throw ImportError.unreadable(name, reason: "it is a folder", isPermission: false) }
        if isStandardInput || kind != S_IFREG {
            let spooled = try spool(descriptor, name: name)
            close(descriptor)
            descriptor = spooled
        }
        let stamp = Stamp(descriptor)
        let unpacked = try Unpacking(RandomAccessFile(name: name, descriptor: descriptor), sheet: sheet).run()
        if let unpacked {
            // Half of the old file and half of the new one may be read as a file that never existed.
            guard Stamp(descriptor) == stamp else { throw ImportError.changedWhileRead(name) }
            close(descriptor)
            descriptor = unpacked.file.release()
        }
        defer { descriptor = -1 }
        return ImportInput(
            name: name, descriptor: descriptor, dialect: unpacked?.dialect, sheet: unpacked?.sheet, original: original)
    }

    /// Starts reading from the beginning; one reader at a time. The dialect is detected unless it is given.
    ///
    /// - Parameter columns: The number of fields that records have, where it is known: a stray quote affects no more than
    /// its line then.
    /// - Throws: ``ImportError``.
    func reader(_ dialect: Dialect? = nil, columns: Int? = nil) throws(ImportError) -> RecordReader {
        lseek(descriptor, 0, SEEK_SET)
        do {
            // A record may be as long as this; after a quote that is never closed no more than this is lost.
            return try RecordReader(descriptor: descriptor, dialect: dialect, columns: columns, limit: 1 << 20)
        } catch {
            throw ImportError.unreadable(name, reason: "\(error)", isPermission: false)
        }
    }

    /// The SHA-256 of the file.
    ///
    /// - Throws: ``ImportError/unreadable(_:reason:isPermission:)``, `CancellationError`.
    func digest() throws -> String {
        let digest = DigestStream()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            try Task.checkCancellation()
            let count = pread(descriptor, &piece, piece.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw ImportError.unreadable(name, reason: Self.systemMessage, isPermission: false)
            }
            if count == 0 { return digest.hex() }
            piece.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += off_t(count)
        }
    }

    /// Whether the file was not written to since it was opened.
    var isUnchanged: Bool { Stamp(descriptor) == stamp }

    /// Whether a path leads to this file, as the user named it and not as it was unpacked.
    func isSameFile(as path: String) -> Bool {
        var other = stat()
        return stat(path, &other) == 0 && Identity(other) == original
    }

    /// The system's message for the last error.
    static var systemMessage: String { String(cString: strerror(errno)) }

    private static func spool(_ source: Int32, name: String) throws -> Int32 {
        let file = try SpoolFile()
        try copy(from: source, to: file, name: name)
        return file.release()
    }

    private static func copy(from source: Int32, to file: SpoolFile, name: String) throws {
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
            try piece.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}
