import CSV
import Foundation
import RSSCore
import RSSModel
import RSSSystem
import Spreadsheet

/// The rejected rows as a file that can be fixed and imported again: the file's own header and rows, with line, column, code and
/// reason in front. Rejects of a workbook are one too, so that the program it came from opens them; others are CSV. Only an
/// earlier rejects file is replaced.
///
/// In front, because a row with too few or too many fields then stays what it is: after them, one more empty field would
/// make a short row pass without a fix.
final class RejectsFile {
    /// What the tab of a workbook says, by which an earlier one is recognized.
    static let sheet = "rssctl rejects"

    /// Where it will be.
    let path: String
    private let text: DraftFile?
    private var workbook: SpreadsheetWriter?

    /// Prepares the file; it gets its name when it is published.
    ///
    /// - Parameter path: one that ends in `.xlsx` makes a workbook.
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    init(_ path: String) throws(ImportError) {
        self.path = path
        if Self.isWorkbook(path) {
            text = nil
            // Made and dropped: an import whose rejects cannot be kept does not begin.
            try Self.reporting(path) { _ = try FileDraft(path) { FileDraft.isEmpty($0) || Self.isRejects($0) } }
        } else {
            text = try DraftFile(path, flag: "--rejects", replaces: Self.isRejects)
        }
    }

    private static func isWorkbook(_ path: String) -> Bool { path.lowercased().hasSuffix(".xlsx") }

    /// Begins with the header, and drops what was written before.
    ///
    /// - Returns: what takes the rejected records, and what ends them.
    /// - Throws: ``ImportError``.
    func begin(_ file: ImportFile) throws -> (write: (Record, [RowProblem]) throws -> Void, flush: () throws -> Void) {
        if let text {
            try text.restart()
            var writer = try RejectsWriter(file) { try text.write($0) }
            return ({ try writer.write($0, $1) }, { try writer.flush() })
        }
        let header = file.header
        let kept = zip(header.names, header.uses).filter { $1 != .remark }.map(\.0)
        let path = path
        let writer = try Self.reporting(path) {
            try SpreadsheetWriter(
                path, sheet: Self.sheet, columns: (ImportHeader.remarks + kept).map { SpreadsheetColumn($0) },
                replaces: Self.isRejects)
        }
        workbook = writer
        return (
            { record, problems in
                let fields = RejectsWriter.fields(record, header).map {
                    SpreadsheetCell.text(String(decoding: $0, as: UTF8.self))
                }
                try Self.reporting(path) {
                    try writer.write(RejectsWriter.remarks(record, problems).map { .text($0) } + fields)
                }
            }, {}
        )
    }

    /// Brings the file to the disk and gives it its name.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    func publish() throws(ImportError) {
        try text?.publish()
        if let workbook { try Self.reporting(path) { try workbook.finish() } }
        workbook = nil
    }

    /// Nothing is to be kept: removes what an earlier run left, and nothing else.
    func discard() {
        if let text { return text.discard() }
        guard let target = FileDraft.resolved(path), Self.isRejects(target) else { return }
        unlink(target)
    }

    private static func reporting<T>(_ path: String, _ work: () throws -> T) throws(ImportError) -> T {
        do {
            return try work()
        } catch let error as FileError {
            throw .notWritable(path, reason: error.reason, flag: "--rejects")
        } catch let error as SpreadsheetError {
            throw .notWritable(path, reason: error.report.message, flag: "--rejects")
        } catch let error as ImportError {
            throw error
        } catch {
            throw .notWritable(path, reason: "\(error)", flag: "--rejects")
        }
    }

    /// Whether a file is one of rejects, so that it may be replaced.
    private static func isRejects(_ path: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        // A file that cannot be read is not recognized, and so not replaced.
        guard let start = try? handle.read(upToCount: 64) else { return false }
        if String(decoding: start, as: UTF8.self).contains(ImportHeader.remarks[0]) { return true }
        let file = RandomAccessFile(name: path, descriptor: handle.fileDescriptor)
        guard start.starts(with: [0x50, 0x4B]), let workbook = try? Workbook(file) else { return false }
        return workbook.sheets.map(\.name) == [sheet]
    }
}
