import CZlib

/// zlib's decompressor behind a memory-safe interface.
///
/// ```swift
/// let stream = try InflateStream(.none)
/// let step = try stream.step(input, into: output)
/// ```
package final class InflateStream {
    /// What the compressed bytes are wrapped in.
    package enum Wrapping: Int32 {
        /// RFC 1952, with a checksum that is checked here.
        case gzip = 31
        /// RFC 1951 and nothing around it, as in a ZIP archive.
        case none = -15
    }

    /// Why it cannot continue.
    package struct Failure: Error {
        package let problem: String
    }

    /// The outcome of a portion.
    package struct Step {
        /// Compressed bytes that were used up.
        package let taken: Int
        /// Bytes of output.
        package let given: Int
        /// Whether that was the last of them.
        package let isAtEnd: Bool
    }

    // zlib keeps the address of its structure and refuses to work from another one, so it lives here and not in a property.
    private let stream: UnsafeMutablePointer<z_stream>

    /// Makes one.
    ///
    /// - Throws: ``Failure`` when memory is short.
    package init(_ wrapping: Wrapping) throws(Failure) {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(stream, wrapping.rawValue, ZLIB_VERSION, size) == Z_OK else {
            stream.deallocate()
            throw Failure(problem: "out of memory")
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Begins with a new member.
    package func restart() { inflateReset(stream) }

    /// Decompresses as much as there is, or has room.
    ///
    /// - Throws: ``Failure``.
    package func step(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(Failure)
        -> Step
    {
        // zlib only reads from there, though its declaration does not say so. Both buffers outlive the call, which is all
        // that it needs of them.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
        stream.pointee.avail_out = UInt32(output.count)
        let status = inflate(stream, Z_NO_FLUSH)
        switch status {
        // Without progress zlib calls it a buffer error; more input, or more room, resolves it.
        case Z_OK, Z_STREAM_END, Z_BUF_ERROR:
            return Step(
                taken: input.count - Int(stream.pointee.avail_in),
                given: output.count - Int(stream.pointee.avail_out), isAtEnd: status == Z_STREAM_END)
        case Z_MEM_ERROR: throw Failure(problem: "out of memory")
        default: throw Failure(problem: stream.pointee.msg.map { String(cString: $0) } ?? "invalid compressed data")
        }
    }
}
