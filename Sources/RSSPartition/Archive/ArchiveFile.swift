import CZstd
import Foundation
import Glibc
import RSSCore

/// A compressed file of an archive, as it was written.
package struct ArchivedFile: Sendable, Equatable, Codable {
    /// Its name in the archive's folder.
    package var name: String
    /// Its size.
    package var bytes: Int64
    /// The size of what is in it.
    package var plainBytes: Int64
    /// SHA-256 of the file.
    package var sha256: String
}

/// Compresses a stream into a new file. The compressor has a thread of its own, so that it works while the next rows come.
final class ArchiveFileWriter {
    private let name: String
    private let path: String
    private let descriptor: Int32
    private let compressor: OpaquePointer
    private let digest = DigestStream()
    private var output = [UInt8](repeating: 0, count: ZSTD_CStreamOutSize())
    private var plainBytes: Int64 = 0
    private var bytes: Int64 = 0

    /// Opens a new file.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    init(_ name: String, in folder: String) throws {
        self.name = name
        path = "\(folder)/\(name)"
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600 as mode_t)
        guard descriptor >= 0 else { throw ArchiveError.unwritable(path: path, reason: Self.reason) }
        guard let compressor = ZSTD_createCCtx() else {
            close(descriptor)
            throw ArchiveError.unwritable(path: path, reason: "out of memory")
        }
        self.compressor = compressor
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_compressionLevel, 1)
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1)
        ZSTD_CCtx_setParameter(compressor, ZSTD_c_nbWorkers, 1)
    }

    deinit {
        ZSTD_freeCCtx(compressor)
        close(descriptor)
    }

    /// What the system says of the last call.
    static var reason: String { String(cString: strerror(errno)) }

    /// Takes the next bytes.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        plainBytes += Int64(bytes.count)
        try compress(bytes, ZSTD_e_continue)
    }

    /// Ends the file and brings it to the disk.
    ///
    /// - Throws: ``ArchiveError/unwritable(path:reason:)``.
    func finish() throws -> ArchivedFile {
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), ZSTD_e_end)
        guard fsync(descriptor) == 0 else { throw ArchiveError.unwritable(path: path, reason: Self.reason) }
        // What is read back is to come from the disk, as far as the system allows that to be requested.
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        return ArchivedFile(name: name, bytes: bytes, plainBytes: plainBytes, sha256: digest.hex())
    }

    private func compress(_ bytes: UnsafeRawBufferPointer, _ mode: ZSTD_EndDirective) throws {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        while true {
            let (left, written) = output.withUnsafeMutableBytes { buffer in
                var taken = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                return (ZSTD_compressStream2(compressor, &taken, &input, mode), taken.pos)
            }
            guard ZSTD_isError(left) == 0 else {
                throw ArchiveError.unwritable(path: path, reason: String(cString: ZSTD_getErrorName(left)))
            }
            try output.withUnsafeBytes { try store(UnsafeRawBufferPointer(rebasing: $0[..<written])) }
            if mode == ZSTD_e_continue ? input.pos == input.size : left == 0 { return }
        }
    }

    private func store(_ bytes: UnsafeRawBufferPointer) throws {
        digest.update(bytes)
        self.bytes += Int64(bytes.count)
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ArchiveError.unwritable(path: path, reason: Self.reason) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }
}

/// Reads a compressed file to its end, portion by portion.
struct ArchiveFileReader {
    /// Where the file is.
    let path: String

    /// Hands over what is in the file.
    ///
    /// - Returns: the file as it is: its size, the size of what is in it, and its SHA-256.
    /// - Throws: ``ArchiveError/damaged(file:problem:)``, and what the body throws.
    func read(_ body: (UnsafeRawBufferPointer) async throws -> Void) async throws -> ArchivedFile {
        // A pipe in its place would be waited for.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw damaged(ArchiveFileWriter.reason) }
        defer { close(descriptor) }
        guard let stream = ZSTD_createDStream() else { throw damaged("out of memory") }
        defer { ZSTD_freeDStream(stream) }
        let digest = DigestStream()
        let input = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer {
            input.deallocate()
            output.deallocate()
        }
        var (bytes, plainBytes): (Int64, Int64) = (0, 0)
        var left = 1
        while true {
            let count = Glibc.read(descriptor, input.baseAddress, input.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw damaged(ArchiveFileWriter.reason) }
            if count == 0 { break }
            bytes += Int64(count)
            digest.update(UnsafeRawBufferPointer(rebasing: input[..<count]))
            var taken = ZSTD_inBuffer(src: input.baseAddress, size: count, pos: 0)
            var isFull = false
            // A full output buffer may leave more output after the last input.
            while taken.pos < taken.size || isFull {
                var given = ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
                left = ZSTD_decompressStream(stream, &given, &taken)
                guard ZSTD_isError(left) == 0 else { throw damaged(String(cString: ZSTD_getErrorName(left))) }
                isFull = given.pos == given.size
                plainBytes += Int64(given.pos)
                try await body(UnsafeRawBufferPointer(rebasing: output[..<given.pos]))
                if left == 0, taken.pos == taken.size { break }
            }
        }
        guard left == 0 else { throw damaged("it is cut off") }
        return ArchivedFile(
            name: URL(fileURLWithPath: path).lastPathComponent, bytes: bytes, plainBytes: plainBytes,
            sha256: digest.hex())
    }

    private func damaged(_ problem: String) -> ArchiveError { .damaged(file: path, problem: problem) }
}
