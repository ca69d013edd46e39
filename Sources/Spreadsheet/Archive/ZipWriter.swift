import CZlib
import Glibc
import RSSSystem

/// Writes a ZIP archive entry by entry, as a ``FileDraft``: an archive that exists is complete.
///
/// Sizes are put in front of an entry when it is done: some programs that read workbooks do not look after it. Times are
/// those of 1980, so that the same content makes the same bytes.
final class ZipWriter {
    private struct Entry {
        let name: [UInt8]
        let offset: UInt32
        var checksum: UInt32 = 0
        var packedSize: UInt32 = 0
        var size: UInt32 = 0
    }

    private let path: String
    private let draft: FileDraft
    private var entries: [Entry] = []
    private var position: UInt64 = 0

    private var deflater: DeflateStream?
    private var waiting: [UInt8] = []
    private var (checksum, size, start): (UInt, UInt64, UInt64) = (0, 0, 0)

    /// Makes the file under its other name.
    ///
    /// - Parameter replaces: whether an existing file may be replaced.
    /// - Throws: ``SpreadsheetError/unwritable(_:reason:)``.
    init(_ path: String, replaces: @escaping (String) -> Bool) throws(SpreadsheetError) {
        self.path = path
        do throws(FileError) {
            draft = try FileDraft(path, replaces: replaces)
        } catch {
            throw .unwritable(path, reason: error.reason)
        }
    }

    private var descriptor: Int32 { draft.descriptor }

    /// Begins an entry; the one before it ends.
    ///
    /// - Throws: ``SpreadsheetError/unwritable(_:reason:)``.
    func begin(_ name: String) throws(SpreadsheetError) {
        try endEntry()
        deflater = DeflateStream()
        guard deflater != nil else { throw .unwritable(path, reason: "out of memory") }
        let entry = Entry(name: Array(name.utf8), offset: try place(position))
        entries.append(entry)
        try store(Self.localHeader(entry))
        (checksum, size, start) = (0, 0, position)
    }

    /// Takes the next bytes of an entry.
    ///
    /// - Throws: ``SpreadsheetError/unwritable(_:reason:)``.
    func write(_ bytes: some Collection<UInt8>) throws(SpreadsheetError) {
        waiting.append(contentsOf: bytes)
        if waiting.count >= 64 << 10 { try compress() }
    }

    /// Ends the archive, brings it to the disk, and gives it its name.
    ///
    /// - Throws: ``SpreadsheetError/unwritable(_:reason:)``.
    func finish() throws(SpreadsheetError) {
        try endEntry()
        let start = try place(position)
        for entry in entries { try store(Self.directoryHeader(entry)) }
        let count = UInt16(entries.count)
        try store(
            Self.bytes(UInt32(0x0605_4B50)) + Self.bytes(UInt32(0)) + Self.bytes(count) + Self.bytes(count)
                + Self.bytes(try place(position) - start) + Self.bytes(start) + Self.bytes(UInt16(0)))
        do throws(FileError) {
            try draft.publish()
        } catch {
            throw .unwritable(path, reason: error.reason)
        }
    }

    private func compress(isLast: Bool = false) throws(SpreadsheetError) {
        guard let deflater else { return }
        var problem: SpreadsheetError?
        waiting.withUnsafeBytes { bytes in
            // Of no bytes at no address, zlib makes a new checksum.
            if !bytes.isEmpty {
                checksum = crc32(checksum, bytes.bindMemory(to: UInt8.self).baseAddress, UInt32(bytes.count))
            }
            do {
                try deflater.write(bytes, isLast: isLast) { try store(Array($0)) }
            } catch {
                problem = error as? SpreadsheetError ?? failure
            }
        }
        if let problem { throw problem }
        size += UInt64(waiting.count)
        waiting.removeAll(keepingCapacity: true)
    }

    private func endEntry() throws(SpreadsheetError) {
        guard deflater != nil, var entry = entries.popLast() else { return }
        try compress(isLast: true)
        deflater = nil
        entry.checksum = UInt32(truncatingIfNeeded: checksum)
        entry.size = try place(size)
        entry.packedSize = try place(position - start)
        entries.append(entry)
        let header = Self.localHeader(entry)
        guard pwrite(descriptor, header, header.count, off_t(entry.offset)) == header.count else { throw failure }
    }

    private func store(_ bytes: [UInt8]) throws(SpreadsheetError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(position)) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            position += UInt64(count)
            rest = rest.dropFirst(count)
        }
    }

    /// A size or a place, which has four bytes: what is beyond them would need ZIP64, which not every program reads.
    private func place(_ value: UInt64) throws(SpreadsheetError) -> UInt32 {
        guard let place = UInt32(exactly: value), place < .max else {
            throw .unwritable(path, reason: "a workbook cannot be larger than 4 GB")
        }
        return place
    }

    private var failure: SpreadsheetError { .unwritable(path, reason: String(cString: strerror(errno))) }

    private static func bytes(_ number: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    /// Version 2.0, names in UTF-8, deflate, midnight of 1980-01-01, checksum, sizes, length of the name, nothing more.
    private static func common(_ entry: Entry) -> [UInt8] {
        let words: [UInt16] = [20, 0x0800, 8, 0, 0x0021]
        return words.flatMap { bytes($0) } + bytes(entry.checksum) + bytes(entry.packedSize) + bytes(entry.size)
            + bytes(UInt16(entry.name.count)) + bytes(UInt16(0))
    }

    private static func localHeader(_ entry: Entry) -> [UInt8] {
        bytes(UInt32(0x0403_4B50)) + common(entry) + entry.name
    }

    private static func directoryHeader(_ entry: Entry) -> [UInt8] {
        bytes(UInt32(0x0201_4B50)) + bytes(UInt16(20)) + common(entry) + [UInt8](repeating: 0, count: 10)
            + bytes(entry.offset) + entry.name
    }
}
