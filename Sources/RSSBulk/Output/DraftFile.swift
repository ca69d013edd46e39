import Foundation
import Glibc
import RSSSystem

/// A ``FileDraft`` of the bulk commands, whose errors name the flag that gives another place.
final class DraftFile {
    /// Where it will be.
    let path: String
    private let flag: String
    private let draft: FileDraft
    private let replaces: (String) -> Bool

    /// Makes the file under its other name.
    ///
    /// - Parameters:
    ///   - flag: by which another place can be given.
    ///   - replaces: whether an existing file may be replaced; an empty one always may.
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    init(_ path: String, flag: String, replaces: @escaping (String) -> Bool) throws(ImportError) {
        (self.path, self.flag, self.replaces) = (path, flag, replaces)
        draft = try Self.reporting(path, flag) { () throws(FileError) in
            try FileDraft(path) { FileDraft.isEmpty($0) || replaces($0) }
        }
    }

    private static func reporting<T>(
        _ path: String, _ flag: String, _ work: () throws(FileError) -> T
    ) throws(ImportError) -> T {
        do throws(FileError) {
            return try work()
        } catch {
            throw .notWritable(path, reason: error.reason, flag: flag)
        }
    }

    /// Whether a file may be put where a path leads, for one that another writer writes.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    static func check(_ path: String, replaces: Bool) throws(ImportError) {
        try reporting(path, replaces ? "--to" : "--to, or replace it with --force") { () throws(FileError) in
            try FileDraft.check(path) { FileDraft.isEmpty($0) || replaces }
        }
    }

    /// Drops what was written.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func restart() throws(ImportError) {
        try Self.reporting(path, flag) { () throws(FileError) in try draft.restart() }
    }

    /// Writes bytes.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func write(_ bytes: [UInt8]) throws(ImportError) {
        try Self.reporting(path, flag) { () throws(FileError) in try draft.write(bytes) }
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func publish() throws(ImportError) {
        try Self.reporting(path, flag) { () throws(FileError) in try draft.publish() }
    }

    /// Nothing is to be kept: removes what an earlier run left, and nothing else.
    func discard() {
        guard let target = FileDraft.resolved(path), replaces(target) else { return }
        unlink(target)
    }
}
