import RSSCore
import RSSSystem

/// A file that a report is written to. It gets its name when it is complete.
package final class ReportFile {
    /// Where it will be.
    package let path: String
    private let draft: FileDraft

    /// Open for writing.
    package var descriptor: Int32 { draft.descriptor }

    /// Makes the file under another name.
    ///
    /// - Parameter replaces: whether an existing file is replaced.
    /// - Throws: ``ReportError/notWritable(_:reason:)``.
    package init(_ path: String, replaces: Bool) throws(ReportError) {
        self.path = path
        draft = try Self.reporting(path) { () throws(FileError) in try FileDraft(path) { _ in replaces } }
    }

    /// Writes bytes.
    ///
    /// - Throws: ``ReportError/notWritable(_:reason:)``.
    package func write(_ bytes: [UInt8]) throws(ReportError) {
        try Self.reporting(path) { () throws(FileError) in try draft.write(bytes) }
    }

    /// Brings it to the disk and gives it its name.
    ///
    /// - Throws: ``ReportError/notWritable(_:reason:)``.
    package func publish() throws(ReportError) {
        try Self.reporting(path) { () throws(FileError) in try draft.publish() }
    }

    private static func reporting<T>(
        _ path: String, _ work: () throws(FileError) -> T
    ) throws(ReportError) -> T {
        do throws(FileError) {
            return try work()
        } catch {
            throw .notWritable(path, reason: error.reason)
        }
    }
}
