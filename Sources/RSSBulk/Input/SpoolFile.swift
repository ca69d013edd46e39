import RSSSystem

/// A ``TemporaryFile`` of an import, for what is read more than once or does not fit into memory.
final class SpoolFile {
    /// What is written to.
    let file: TemporaryFile

    /// Makes an empty one.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    init() throws(ImportError) {
        file = try Self.reporting { () throws(FileError) in try TemporaryFile() }
    }

    /// Bytes written so far.
    var size: Int { file.size }

    /// Hands the descriptor over to the caller, who closes it.
    func release() -> Int32 { file.release() }

    /// Writes bytes after the others.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ImportError) {
        try Self.reporting { () throws(FileError) in try file.write(bytes) }
    }

    /// Fills a buffer from a place of the file on.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ImportError) {
        try Self.reporting { () throws(FileError) in try file.read(into: buffer, at: offset) }
    }

    private static func reporting<T>(_ work: () throws(FileError) -> T) throws(ImportError) -> T {
        do throws(FileError) {
            return try work()
        } catch {
            throw .noSpool(folder: TemporaryFile.folder, reason: error.reason)
        }
    }
}
