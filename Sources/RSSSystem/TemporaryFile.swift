import Glibc

/// A file in `TMPDIR` that has no name: it is removed when this process ends, in whatever way.
///
/// ```swift
/// let file = try TemporaryFile()
/// try bytes.withUnsafeBytes { try file.write($0) }
/// try buffer.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }
/// ```
package final class TemporaryFile {
    /// Where temporary files are.
    package static var folder: String { TemporaryPlace.folder }

    /// Open for reading and writing.
    package let descriptor: Int32
    /// Bytes written so far.
    package private(set) var size = 0
    private var isOwned = true

    /// Makes an empty one.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``, whose path is the folder.
    package init() throws(FileError) {
        var template = Array("\(Self.folder)/rssctl-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { if isOwned { close(descriptor) } }

    /// Hands the descriptor over to the caller, who closes it.
    package func release() -> Int32 {
        isOwned = false
        return descriptor
    }

    /// Writes bytes after the others.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let step = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw Self.failure }
            written += step
        }
        size += written
    }

    /// Fills a buffer from a place of the file on, by default its beginning.
    ///
    /// - Throws: ``FileError/unwritable(path:reason:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0) throws(FileError) {
        var filled = 0
        while filled < buffer.count {
            let step = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(offset + filled))
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw Self.failure }
            filled += step
        }
    }

    private static var failure: FileError {
        .unwritable(path: folder, reason: String(cString: strerror(errno)))
    }
}
