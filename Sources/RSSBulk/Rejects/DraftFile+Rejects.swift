import Foundation

extension DraftFile {
    /// The rejected rows as a CSV file that can be fixed and imported again: the file's own header and rows, with line,
    /// column, code and reason in front. Only an earlier rejects file is replaced.
    ///
    /// In front, because a row with too few or too many fields then stays what it is: after them, one more empty field would
    /// make a short row pass without a fix.
    ///
    /// - Throws: ``ImportError/notWritable(_:reason:flag:)``.
    static func rejects(_ path: String) throws(ImportError) -> DraftFile {
        try DraftFile(path, flag: "--rejects") { path in
            guard let handle = FileHandle(forReadingAtPath: path), let start = try? handle.read(upToCount: 64) else {
                return false
            }
            return String(decoding: start, as: UTF8.self).contains(ImportHeader.remarks[0])
        }
    }
}
