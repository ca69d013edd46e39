import Foundation
import Glibc
import RSSModel
import RSSSystem

/// Files that are read and written as a whole.
package enum WholeFile {
    /// Replaces the content of a file, as a whole or not at all. What a link points to is replaced,
    /// and not the link; what is not a regular file is left alone, for whoever reads a pipe or a device did not ask for a
    /// file in its place.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package static func write(_ data: Data, to path: String) throws(FileError) {
        try write(data, to: path, mode: .usual)
    }

    /// Replaces the content of a file.
    ///
    /// - Parameters:
    ///   - mode: who may read and write it.
    ///   - replaces: whether an existing file may be replaced.
    /// - Throws: ``FileError``.
    package static func write(
        _ data: Data, to path: String, mode: FileDraft.Mode, replaces: Bool = true
    ) throws(FileError) {
        let draft = try FileDraft(path, mode: mode) { _ in replaces }
        try draft.write(Array(data))
        try draft.publish()
    }

    /// The content of a file.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)`` for a folder, `CocoaError`.
    package static func read(_ path: String) throws -> Data {
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw FileError.unreadable(path: path, reason: "it is a folder")
        }
        return try Data(contentsOf: URL(filePath: path))
    }
}
