import RSSSystem

extension RandomAccessFile {
    /// Fills a buffer from a place on, up to the end of the file.
    ///
    /// - Returns: the number of bytes; 0 at the end.
    /// - Throws: ``ImportError/unreadable(_:reason:isPermission:)``.
    func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int64) throws(ImportError) -> Int {
        do throws(FileError) {
            return try read(into: buffer, at: offset)
        } catch {
            throw .unreadable(name, reason: error.reason, isPermission: false)
        }
    }

    /// The bytes from a place on, at most that many.
    ///
    /// - Throws: ``ImportError/unreadable(_:reason:isPermission:)``.
    func portion(_ count: Int, from offset: Int64) throws(ImportError) -> [UInt8] {
        do throws(FileError) {
            return try bytes(count, at: offset)
        } catch {
            throw .unreadable(name, reason: error.reason, isPermission: false)
        }
    }

    /// The error for a file that is damaged.
    func broken(_ problem: String) -> ImportError { .damaged(name, problem: problem) }
}
