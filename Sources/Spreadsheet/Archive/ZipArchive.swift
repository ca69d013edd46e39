import RSSSystem

/// The entries of a ZIP archive, as its central directory lists them (PKWARE APPNOTE 6.3.10, 4.3 and 4.5.3).
///
/// Only the directory at the end counts: what precedes an entry may lack its sizes.
struct ZipArchive {
    /// A file in the archive.
    struct Entry {
        /// Its name, with `/` between folders.
        let name: String
        /// 0 for stored, 8 for deflate.
        let method: Int
        /// Whether it needs a password.
        let isEncrypted: Bool
        /// Bytes in the archive.
        let packedSize: Int64
        /// Bytes when unpacked.
        let size: Int64
        /// The CRC-32 of what is unpacked.
        let checksum: UInt32
        /// Where it begins.
        let offset: Int64
    }

    /// The bytes at which an entry, or the file made of it, is refused: more than any sheet of a million rows has, and
    /// what a small hostile archive could fill a disk with.
    static let sizeLimit: Int64 = 10_000_000_000
    /// The bytes at which the directory itself is refused; a workbook needs a few thousand.
    private static let directoryLimit: Int64 = 16 << 20

    /// The archive.
    let file: RandomAccessFile
    private let entries: [String: Entry]

    /// Reads the directory.
    ///
    /// - Throws: ``WorkbookError``.
    init(_ file: RandomAccessFile) throws(WorkbookError) {
        self.file = file
        let (offset, size) = try Self.directory(of: file)
        guard size <= Self.directoryLimit else { throw file.damaged("its list of entries is longer than 16 MB") }
        let bytes = try file.portion(Int(size), at: offset)
        guard bytes.count == size else { throw file.damaged("it is truncated") }
        var entries: [String: Entry] = [:]
        var position = 0
        while position + 46 <= bytes.count, Self.number(bytes, position, 4) == 0x0201_4B50 {
            let nameLength = Int(Self.number(bytes, position + 28, 2))
            let extraLength = Int(Self.number(bytes, position + 30, 2))
            let next = position + 46 + nameLength + extraLength + Int(Self.number(bytes, position + 32, 2))
            guard next <= bytes.count else { throw file.damaged("its list of entries is truncated") }
            let entry = try Self.entry(bytes, position, nameLength, extraLength, file)
            // Some programs write backslashes, and names are compared without regard to case (ECMA-376 part 2, 9.1.1).
            if entries[entry.name.lowercased()] == nil { entries[entry.name.lowercased()] = entry }
            position = next
        }
        guard position == bytes.count else { throw file.damaged("its list of entries is damaged") }
        self.entries = entries
    }

    /// The entry of a name, whatever its case.
    subscript(_ name: String) -> Entry? { entries[name.lowercased()] }

    /// Starts to unpack an entry.
    ///
    /// - Throws: ``WorkbookError``.
    func open(_ entry: Entry) throws(WorkbookError) -> ZipEntryReader {
        guard !entry.isEncrypted else { throw .encrypted(file.name) }
        guard entry.method == 0 || entry.method == 8 else {
            throw file.damaged("\(entry.name) uses an unknown compression method (\(entry.method))")
        }
        guard entry.size <= Self.sizeLimit else { throw file.damaged("\(entry.name) is larger than 10 GB") }
        let header = try file.portion(30, at: entry.offset)
        guard header.count == 30, Self.number(header, 0, 4) == 0x0403_4B50 else {
            throw file.damaged("\(entry.name) is not where the list of entries says")
        }
        let start = entry.offset + 30 + Self.number(header, 26, 2) + Self.number(header, 28, 2)
        guard start <= file.size, entry.packedSize <= file.size - start else {
            throw file.damaged("\(entry.name) is truncated")
        }
        return try ZipEntryReader(file, entry, start: start)
    }

    /// A number of that many bytes, the lowest first.
    private static func number(_ bytes: [UInt8], _ position: Int, _ count: Int) -> Int64 {
        var value: UInt64 = 0
        for index in 0..<count { value |= UInt64(bytes[position + index]) << (8 * UInt64(index)) }
        // A number beyond 2^63 is not a size that any file has; read as the greatest one, it is refused by every bound.
        return Int64(clamping: value)
    }

    /// Where the directory is, and how long.
    private static func directory(of file: RandomAccessFile) throws(WorkbookError) -> (Int64, Int64) {
        // The record at the end, and a comment of 65535 bytes at most.
        let length = min(file.size, 22 + 65_535)
        let tail = try file.portion(Int(length), at: file.size - length)
        var position = tail.count - 22
        while position >= 0 {
            if tail[position] == 0x50, number(tail, position, 4) == 0x0605_4B50,
                position + 22 + Int(number(tail, position + 20, 2)) <= tail.count
            {
                break
            }
            position -= 1
        }
        guard position >= 0 else { throw file.damaged("the end of the archive is missing") }
        var (size, offset) = (number(tail, position + 12, 4), number(tail, position + 16, 4))
        if position >= 20, number(tail, position - 20, 4) == 0x0706_4B50 {
            let record = try file.portion(56, at: min(number(tail, position - 12, 8), file.size))
            guard record.count == 56, number(record, 0, 4) == 0x0606_4B50 else {
                throw file.damaged("the end of the archive is damaged")
            }
            (size, offset) = (number(record, 40, 8), number(record, 48, 8))
        }
        guard offset <= file.size, size <= file.size - offset else {
            throw file.damaged("the end of the archive is damaged")
        }
        return (offset, size)
    }

    private static func entry(
        _ bytes: [UInt8], _ position: Int, _ nameLength: Int, _ extraLength: Int, _ file: RandomAccessFile
    ) throws(WorkbookError) -> Entry {
        // Unpacked size, packed size, offset: those that are all ones are in the ZIP64 field, in this order.
        var places = [
            number(bytes, position + 24, 4), number(bytes, position + 20, 4), number(bytes, position + 42, 4),
        ]
        let nameStart = position + 46
        var (field, end) = (nameStart + nameLength, nameStart + nameLength + extraLength)
        while field + 4 <= end {
            let length = Int(number(bytes, field + 2, 2))
            if number(bytes, field, 2) == 1 {
                end = min(end, field + 4 + length)
                field += 4
                for index in places.indices where places[index] == 0xFFFF_FFFF {
                    guard field + 8 <= end else { throw file.damaged("its list of entries is damaged") }
                    places[index] = number(bytes, field, 8)
                    field += 8
                }
                break
            }
            field += 4 + length
        }
        let name = String(decoding: bytes[nameStart..<nameStart + nameLength], as: UTF8.self)
        return Entry(
            name: String(name.map { $0 == "\\" ? "/" : $0 }), method: Int(number(bytes, position + 10, 2)),
            isEncrypted: number(bytes, position + 8, 2) & 1 == 1, packedSize: places[1], size: places[0],
            checksum: UInt32(number(bytes, position + 16, 4)), offset: min(places[2], file.size))
    }
}
