import Glibc

/// A sink over a file descriptor that its caller owns and closes.
package final class FileDescriptorSink: ByteSink {
    /// The descriptor written to.
    package let descriptor: Int32
    /// What the stream is called in an error: `stdout`, `stderr`, a file name.
    package let name: String

    /// Makes a sink; the descriptor must stay open as long as the sink is used.
    package init(_ descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
    }

    /// Standard output.
    package static let standardOutput = FileDescriptorSink(STDOUT_FILENO, name: "stdout")
    /// Standard error.
    package static let standardError = FileDescriptorSink(STDERR_FILENO, name: "stderr")

    /// Writes with `write(2)` until all is written; an interrupted call is repeated, a partial one continued, and a
    /// non-blocking descriptor that is full is waited for.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(ConsoleError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            switch errno {
            case EINTR: continue
            case EAGAIN: waitUntilWritable()
            case EPIPE: throw .brokenPipe
            case let code: throw .cannotWrite(stream: name, errno: code)
            }
        }
    }

    private func waitUntilWritable() {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&watched, 1, 1000)
    }
}
