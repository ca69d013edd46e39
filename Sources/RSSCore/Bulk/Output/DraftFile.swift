import CSV
import Foundation
import Glibc

/// A file that is written under another name and takes its own at the end, so that what is there is whole.
final class DraftFile {
    /// Where it will be.
    let path: String
    private let target: String
    private let draft: String
    private let flag: String
    private let descriptor: Int32
    private var isPublished = false

    /// Makes the file under its other name.
    ///
    /// - Parameters:
    ///   - flag: by which another place can be given.
    ///   - replaces: whether a file that is there may be replaced; an empty one always may.
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    init(_ path: String, flag: String, replaces: (String) -> Bool) throws(ImportError) {
        self.flag = flag
        let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        self.path = path
        target = url.path
        draft =
            url.deletingLastPathComponent().appendingPathComponent(".\(url.lastPathComponent).\(getpid()).part").path
        if let reason = Self.objection(to: url.path, replaces) {
            throw .notWritable(path, reason: reason, flag: flag)
        }
        descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o666)
        guard descriptor >= 0 else { throw .notWritable(path, reason: ImportInput.systemMessage, flag: flag) }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        if !isPublished { unlink(draft) }
    }

    private static func objection(to path: String, _ replaces: (String) -> Bool) -> String? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        guard status.st_mode & S_IFMT == S_IFREG else { return "it is no ordinary file" }
        return status.st_size == 0 || replaces(path) ? nil : "it exists already"
    }

    /// Whether a file may be put where a path leads, for one that is written by somebody else.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    static func check(_ path: String, replaces: Bool) throws(ImportError) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        if let reason = objection(to: target, { _ in replaces }) {
            throw .notWritable(path, reason: reason, flag: replaces ? "--to" : "--to, or replace it with --force")
        }
    }

    /// Begins anew.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func restart() throws(ImportError) {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw .notWritable(path, reason: ImportInput.systemMessage, flag: flag)
        }
    }

    /// Writes bytes.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func write(_ bytes: [UInt8]) throws(ImportError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, Array(rest), rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .notWritable(path, reason: ImportInput.systemMessage, flag: flag) }
            rest = rest.dropFirst(count)
        }
    }

    /// Makes sure that all is on disk.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func finish() throws(ImportError) {
        guard fsync(descriptor) == 0 else { throw .notWritable(path, reason: ImportInput.systemMessage, flag: flag) }
    }

    /// Gives the file its name.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func publish() throws(ImportError) {
        guard rename(draft, target) == 0 else {
            throw .notWritable(path, reason: ImportInput.systemMessage, flag: flag)
        }
        isPublished = true
    }

    /// There is nothing to be kept: removes what an earlier run left.
    func discard() { unlink(target) }
}
