import Glibc
import RSSSystem

/// A file in `TMPDIR` that has no name: it is removed when this process ends, in whatever way.
final class TemporaryFile {
    /// Where temporary files are.
    static var folder: String { TemporaryPlace.folder }

    /// Open for reading and writing.
    let descriptor: Int32
    /// Bytes written so far.
    private(set) var size = 0
    private var isOwned = true

    /// Makes an empty one.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    init() throws(ImportError) {
        var template = Array("\(Self.folder)/rssctl-import-XXXXXX".utf8CString)
        descriptor = mkstemp(&template)
        guard descriptor >= 0 else { throw Self.failure }
        unlink(template)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { if isOwned { close(descriptor) } }

    /// Hands the descriptor over to the caller, who closes it.
    func release() -> Int32 {
        isOwned = false
        return descriptor
    }

    /// Writes bytes after the others.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ImportError) {
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
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int = 0) throws(ImportError) {
        var filled = 0
        while filled < buffer.count {
            let step = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(offset + filled))
            if step < 0, errno == EINTR { continue }
            guard step > 0 else { throw Self.failure }
            filled += step
        }
    }

    private static var failure: ImportError { .noSpool(folder: folder, reason: ImportInput.systemMessage) }
}
