import CZlib
import RSSSystem

/// Unpacks an entry of a ZIP archive piece by piece, and verifies the output against its size and checksum.
final class ZipEntryReader {
    private static let inputBytes = 64 << 10

    private let file: RandomAccessFile
    private let entry: ZipArchive.Entry
    private let inflater: InflateStream?
    private let input: UnsafeMutableRawBufferPointer
    private var (position, end) = (0, 0)
    private var offset: Int64
    private var packedLeft: Int64
    private var size: Int64 = 0
    private var checksum: UInt = 0
    private var isAtEnd = false

    /// Starts at the place where the bytes of an entry begin.
    init(_ file: RandomAccessFile, _ entry: ZipArchive.Entry, start: Int64) throws(WorkbookError) {
        self.file = file
        self.entry = entry
        offset = start
        packedLeft = entry.packedSize
        do throws(InflateStream.Failure) {
            inflater = entry.method == 8 ? try InflateStream(.none) : nil
        } catch {
            throw file.damaged(error.problem)
        }
        input = .allocate(byteCount: Self.inputBytes, alignment: 16)
    }

    deinit { input.deallocate() }

    /// Unpacks into a buffer.
    ///
    /// - Returns: the number of bytes; 0 at the end, which is reached only when all that came before is as it was packed.
    /// - Throws: ``WorkbookError``, `CancellationError`.
    func read(into output: UnsafeMutableRawBufferPointer) throws -> Int {
        try Task.checkCancellation()
        var given = 0
        while given == 0, !isAtEnd {
            if position == end { try refill() }
            given = try step(output)
        }
        size += Int64(given)
        guard size <= entry.size else { throw damaged("is longer than it should be") }
        checksum = crc32(checksum, output.bindMemory(to: UInt8.self).baseAddress, UInt32(given))
        if isAtEnd, given == 0 {
            guard size == entry.size else { throw damaged("is shorter than it should be") }
            guard UInt32(truncatingIfNeeded: checksum) == entry.checksum else { throw damaged("has a wrong checksum") }
        }
        return given
    }

    private func refill() throws(WorkbookError) {
        let wanted = Int(min(packedLeft, Int64(input.count)))
        let count: Int
        do throws(FileError) {
            count = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<wanted]), at: offset)
        } catch {
            throw .unreadable(file.name, reason: error.reason)
        }
        guard count == wanted else { throw damaged("is truncated") }
        (position, end) = (0, count)
        offset += Int64(count)
        packedLeft -= Int64(count)
    }

    private func step(_ output: UnsafeMutableRawBufferPointer) throws(WorkbookError) -> Int {
        let rest = UnsafeRawBufferPointer(rebasing: input[position..<end])
        guard let inflater else {
            let count = min(rest.count, output.count)
            output.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            position += count
            isAtEnd = position == end && packedLeft == 0
            return count
        }
        do throws(InflateStream.Failure) {
            let step = try inflater.step(rest, into: output)
            position += step.taken
            isAtEnd = step.isAtEnd
            guard isAtEnd || step.given > 0 || !rest.isEmpty else { throw InflateStream.Failure(problem: "truncated") }
            return step.given
        } catch {
            throw damaged("is damaged: \(error.problem)")
        }
    }

    private func damaged(_ problem: String) -> WorkbookError { file.damaged("\(entry.name) \(problem)") }
}
