import Glibc

/// An open file that is read at any place, without a position of its own.
package struct RandomAccessFile {
    /// As the user named it, for messages.
    package let name: String
    /// Open for reading.
    private let descriptor: Int32
    /// Bytes.
    package let size: Int64
    /// Closes the file when it is not read any more.
    private let owner: TemporaryFile?

    /// Takes a temporary file, and keeps it open.
    package init(name: String, _ file: TemporaryFile) {
        self.init(name: name, descriptor: file.descriptor, owner: file)
    }

    /// Takes an open file, which stays the caller's to close.
    package init(name: String, descriptor: Int32) { self.init(name: name, descriptor: descriptor, owner: nil) }

    private init(name: String, descriptor: Int32, owner: TemporaryFile?) {
        self.name = name
        self.descriptor = descriptor
        self.owner = owner
        var status = stat()
        fstat(descriptor, &status)
        size = Int64(status.st_size)
    }

    /// Fills a buffer from a place on, up to the end of the file.
    ///
    /// - Returns: the number of bytes; 0 at the end.
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
                off_t(offset) + off_t(filled))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: name, reason: String(cString: strerror(errno))) }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// The bytes from a place on, at most that many.
    ///
    /// - Throws: ``FileError/unreadable(path:reason:)``.
    package func bytes(_ count: Int, at offset: Int64) throws(FileError) -> [UInt8] {
        var failure: FileError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(FileError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
