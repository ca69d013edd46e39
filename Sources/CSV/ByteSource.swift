import Glibc

/// A file descriptor that is read in large pieces.
final class ByteSource {
    /// Bytes read at a time.
    static let pieceSize = 256 << 10

    private let descriptor: Int32
    private let path: String?
    private let isOwned: Bool

    /// Reads from a descriptor that the caller closes.
    init(descriptor: Int32) {
        self.descriptor = descriptor
        path = nil
        isOwned = false
    }

    /// Opens a file.
    init(path: String) throws(ReadError) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        isOwned = descriptor >= 0
        guard descriptor >= 0 else { throw ReadError(operation: "open", path: path, errno: errno) }
    }

    deinit { if isOwned { close(descriptor) } }

    /// Fills the buffer up to the end of the input and gives the number of bytes; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(ReadError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
            if count == 0 { break }
            if count > 0 {
                filled += count
            } else if errno == EAGAIN {
                var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                _ = poll(&watched, 1, 1000)
            } else if errno != EINTR {
                throw ReadError(operation: "read", path: path, errno: errno)
            }
        }
        return filled
    }
}
