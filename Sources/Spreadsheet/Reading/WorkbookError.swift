import RSSSystem

/// Why a workbook cannot be read. The first value of each case is the file, as its caller named it.
package enum WorkbookError: Error, Equatable {
    /// The system does not read it on.
    case unreadable(String, reason: String)
    /// It is truncated, damaged, or holds what no workbook has.
    case damaged(String, problem: String)
    /// It needs a password.
    case encrypted(String)
    /// It is an archive, and not an .xlsx workbook.
    case notWorkbook(String, ForeignArchive)
    /// It has no sheet of a name.
    case noSheet(String, name: String, sheets: [String])
    /// Texts of it have no room in the folder of temporary files.
    case noRoom(String, folder: String, reason: String)
}

/// What an archive is that is not an .xlsx workbook.
package enum ForeignArchive: Sendable, Equatable {
    /// A workbook in Excel's binary form, .xlsb.
    case binaryWorkbook
    /// A document of OpenDocument, such as .ods.
    case openDocument
    /// Any other ZIP archive.
    case other
}

extension RandomAccessFile {
    /// The bytes from a place on, at most that many.
    ///
    /// - Throws: ``WorkbookError/unreadable(_:reason:)``.
    func portion(_ count: Int, at offset: Int64) throws(WorkbookError) -> [UInt8] {
        do throws(FileError) {
            return try bytes(count, at: offset)
        } catch {
            throw .unreadable(name, reason: error.reason)
        }
    }

    /// The error for a file that is damaged.
    func damaged(_ problem: String) -> WorkbookError { .damaged(name, problem: problem) }
}
