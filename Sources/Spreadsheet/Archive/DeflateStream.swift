import CZlib

/// zlib's compressor behind a memory-safe interface; the output is a raw deflate stream, as in a ZIP archive.
final class DeflateStream {
    private static let outputBytes = 64 << 10

    // zlib keeps the address of its structure and refuses to work from another one, so it lives here and not in a property.
    private let stream: UnsafeMutablePointer<z_stream>
    private let output: UnsafeMutableRawBufferPointer

    /// Makes one; nil when memory is short.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        output = .allocate(byteCount: Self.outputBytes, alignment: 16)
        let status = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        // A class's deinit frees both, also of an instance that failed here.
        if status != Z_OK { return nil }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
        output.deallocate()
    }

    /// Compresses a portion.
    func write(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool = false, to sink: (UnsafeRawBufferPointer) throws -> Void
    ) rethrows {
        // zlib only reads from there, though its declaration does not say so.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        repeat {
            stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(output.count)
            deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            let count = output.count - Int(stream.pointee.avail_out)
            try sink(UnsafeRawBufferPointer(rebasing: output[..<count]))
        } while stream.pointee.avail_out == 0
    }
}
