/// Where bytes go: a file descriptor, or memory in tests.
///
/// A sink takes all that it is given or throws; a short write is its own concern.
package protocol ByteSink: AnyObject, Sendable {
    /// Writes every byte.
    ///
    /// Throws ``ConsoleError/brokenPipe`` when the reader is gone, ``ConsoleError/cannotWrite(stream:errno:)`` for
    /// any other failure of the system.
    func write(_ bytes: UnsafeRawBufferPointer) throws(ConsoleError)
}

extension ByteSink {
    /// Writes the UTF-8 bytes of a text.
    package func write(_ text: String) throws(ConsoleError) {
        try write(Array(text.utf8))
    }

    /// Writes an array of bytes.
    package func write(_ bytes: [UInt8]) throws(ConsoleError) {
        do {
            try bytes.withUnsafeBytes { try write($0) }
        } catch let error as ConsoleError {
            throw error
        } catch {
            throw .cannotWrite(stream: "output", errno: 0)
        }
    }
}
