import Glibc

/// An open file that is read at any place, without a position of its own.
struct RandomAccessFile {
    /// As the user named it, for messages.
    let name: String
    /// Open for reading.
    private let descriptor: Int32
    /// Bytes.
    let size: Int64
    /// Closes the file when it is not read any more.
    private let owner: TemporaryFile?

    /// Takes a temporary file, and keeps it open.
    init(name: String, _ file: TemporaryFile) { self.init(name: name, descriptor: file.descriptor, owner: file) }

    /// Takes an open file.
    init(name: String, descriptor: Int32) { self.init(name: name, descriptor: descriptor, owner: nil) }

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
    /// - Throws: ``ImportError/unreadable(_:reason:isPermission:)``.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(ImportError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = pread(
                descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled,
                off_t(offset) + off_t(filled))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw .unreadable(name, reason: ImportInput.systemMessage, isPermission: false)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// The bytes from a place on, at most that many.
    ///
    /// - Throws: ``ImportError/unreadable(_:reason:isPermission:)``.
    func bytes(_ count: Int, at offset: Int64) throws(ImportError) -> [UInt8] {
        var failure: ImportError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(ImportError) {
                filled = try read(into: UnsafeMutableRawBufferPointer(buffer), at: offset)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    /// The error for a file that is damaged.
    func damaged(_ problem: String) -> ImportError { .damaged(name, problem: problem) }
}
