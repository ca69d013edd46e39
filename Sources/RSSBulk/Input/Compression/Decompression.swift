import CZstd
import Glibc
import RSSSystem
import Spreadsheet

/// Decompresses a file into a temporary one, since it is read more than once. Memory does not grow with it: two buffers,
/// and the window of the format, which zstd's usual levels keep at 8 MB or less.
struct Decompression {
    private static let inputBytes = 64 << 10
    private static let outputBytes = 256 << 10

    private let source: RandomAccessFile

    /// Takes a compressed file.
    init(_ source: RandomAccessFile) { self.source = source }

    /// Decompresses all members of a gzip file.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    func gzip() throws -> SpoolFile {
        let target = try SpoolFile()
        let stream: InflateStream
        do { stream = try InflateStream(.gzip) } catch { throw source.broken(error.problem) }
        var isAtEnd = false
        // After the last member there may be zeros, up to the block size of a tape; anything else is a damaged member.
        var isPadding = false
        try portions { portion, output in
            var rest = portion[...]
            while !rest.isEmpty {
                if isAtEnd {
                    isPadding = isPadding || rest[rest.startIndex] == 0
                    if isPadding {
                        guard rest.allSatisfy({ $0 == 0 }) else { throw source.broken("there is data after its end") }
                        return
                    }
                    stream.restart()
                    isAtEnd = false
                }
                let step: InflateStream.Step
                do {
                    step = try stream.step(UnsafeRawBufferPointer(rebasing: rest), into: output)
                } catch let failure as InflateStream.Failure {
                    throw source.broken(failure.problem)
                }
                try target.write(UnsafeRawBufferPointer(rebasing: output[..<step.given]))
                rest = rest[(rest.startIndex + step.taken)...]
                isAtEnd = step.isAtEnd
                try Task.checkCancellation()
            }
            // What is left in zlib's window is written before the next portion is read.
            while !isAtEnd {
                let step: InflateStream.Step
                do {
                    step = try stream.step(UnsafeRawBufferPointer(start: nil, count: 0), into: output)
                } catch let failure as InflateStream.Failure {
                    throw source.broken(failure.problem)
                }
                isAtEnd = step.isAtEnd
                if step.given == 0 { break }
                try target.write(UnsafeRawBufferPointer(rebasing: output[..<step.given]))
            }
        }
        guard isAtEnd else { throw source.broken("it is truncated") }
        return target
    }

    /// Decompresses all frames of a zstd file.
    ///
    /// - Throws: ``ImportError``, `CancellationError`.
    func zstd() throws -> SpoolFile {
        let target = try SpoolFile()
        guard let stream = ZSTD_createDStream() else { throw source.broken("out of memory") }
        defer { ZSTD_freeDStream(stream) }
        var left = 1
        try portions { portion, output in
            var taken = ZSTD_inBuffer(src: portion.baseAddress, size: portion.count, pos: 0)
            var isFull = false
            // A full output buffer may leave more output pending after the last input.
            while taken.pos < taken.size || isFull {
                var given = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                left = ZSTD_decompressStream(stream, &given, &taken)
                guard ZSTD_isError(left) == 0 else {
                    throw source.broken(String(cString: ZSTD_getErrorName(left)).lowercased())
                }
                isFull = given.pos == given.size
                try target.write(UnsafeRawBufferPointer(rebasing: output[..<given.pos]))
                try Task.checkCancellation()
                if left == 0, taken.pos == taken.size { break }
            }
        }
        guard left == 0 else { throw source.broken("it is truncated") }
        return target
    }

    /// Lends the file portion by portion, each with a buffer for its output.
    private func portions(_ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.inputBytes, alignment: 16)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.outputBytes, alignment: 16)
        defer {
            input.deallocate()
            output.deallocate()
        }
        var offset: Int64 = 0
        while true {
            try Task.checkCancellation()
            let count = try source.fill(input, from: offset)
            if count == 0 { return }
            offset += Int64(count)
            try body(UnsafeRawBufferPointer(rebasing: input[..<count]), output)
        }
    }
}
