import CSV
import Foundation
import Glibc

/// The rejected rows as a CSV file that can be mended and imported again: the file's own header and rows, with line,
/// column, code and reason in front.
///
/// In front, because a row with too few or too many fields then stays what it is: behind them, an empty field more would
/// make a short row pass unmended. It is written under another name and takes its own at the end, so that a rejects file
/// that is there is whole.
final class RejectsFile {
    /// Where it will be.
    let path: String
    private let target: String
    private let draft: String
    private let descriptor: Int32
    private var isPublished = false

    /// Makes the file under its other name.
    ///
    /// - Throws: ``ImportError/rejectsNotWritable(_:reason:)``.
    init(_ path: String) throws(ImportError) {
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        self.path = path
        target = url.path
        draft =
            url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(getpid()).part").path
        if let reason = Self.objection(to: url.path) { throw .rejectsNotWritable(path, reason: reason) }
        descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw .rejectsNotWritable(path, reason: ImportInput.systemMessage) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isPublished { unlink(draft) }
    }

    /// What speaks against putting the file there: only an earlier rejects file may be replaced.
    private static func objection(to path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is no ordinary file" }
        return status.st_size == 0 || isRejectsFile(path) ? nil : "it exists and is no rejects file"
    }

    private static func isRejectsFile(_ path: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path), let start = try? handle.read(upToCount: 64) else {
            return false
        }
        return String(decoding: start, as: UTF8.self).contains(ImportHeader.remarks[0])
    }

    /// Begins anew.
    ///
    /// - Throws: ``ImportError/rejectsNotWritable(_:reason:)``.
    func restart() throws(ImportError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .rejectsNotWritable(path, reason: ImportInput.systemMessage)
        }
    }

    /// Writes bytes.
    ///
    /// - Throws: ``ImportError/rejectsNotWritable(_:reason:)``.
    func write(_ bytes: [UInt8]) throws(ImportError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, Array(rest), rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .rejectsNotWritable(path, reason: ImportInput.systemMessage) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes sure that all is on disk, before the rows that are not in it are committed.
    ///
    /// - Throws: ``ImportError/rejectsNotWritable(_:reason:)``.
    func finish() throws(ImportError) {
        guard fsync(descriptor) == 0 else { throw .rejectsNotWritable(path, reason: ImportInput.systemMessage) }
    }

    /// Gives the file its name.
    ///
    /// - Throws: ``ImportError/rejectsNotWritable(_:reason:)``.
    func publish() throws(ImportError) {
        guard rename(draft, target) == 0 else { throw .rejectsNotWritable(path, reason: ImportInput.systemMessage) }
        isPublished = true
    }

    /// Nothing was rejected: removes what an earlier import left.
    func discard() { unlink(target) }
}
