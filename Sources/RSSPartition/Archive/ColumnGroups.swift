import CZstd
import Glibc

/// The other form of a column in an archive's block: the values of one length together, and of those all first bytes,
/// then all second ones, and so on. What is the same in every value, such as the hyphens of UUIDs and the century of
/// dates, then takes no room, and digits take what digits need.
///
/// It has as many bytes as the plain form: the length of each value as one byte, in the order of the rows, then the
/// values from the shortest on.
enum ColumnGroups {
    /// How much of a column is compressed both ways to see which is shorter.
    private static let sample = 1 << 19

    /// Whether the other form of a column is the shorter one once compressed.
    static func areShorter(_ plain: UnsafeRawBufferPointer) -> Bool {
        guard let start = plain.baseAddress else { return false }
        var count = 0
        var end = 0
        while end < plain.count, end < sample {
            guard let found = memchr(start + end, 10, plain.count - end) else { return false }
            end = UnsafeRawPointer(found) - start + 1
            count += 1
        }
        let part = UnsafeRawBufferPointer(rebasing: plain[..<end])
        let other = ByteBuffer(capacity: end + 1)
        guard end > 0, group(part, rows: count, into: other) else { return false }
        return compressed(other.bytes) < compressed(part)
    }

    private static func compressed(_ bytes: UnsafeRawBufferPointer) -> Int {
        let output = UnsafeMutableRawBufferPointer.allocate(byteCount: ZSTD_compressBound(bytes.count), alignment: 16)
        defer { output.deallocate() }
        return ZSTD_compress(output.baseAddress, output.count, bytes.baseAddress, bytes.count, 1)
    }

    /// Writes the other form of a column.
    ///
    /// - Returns: false for a column with a value that is too long for it.
    static func group(_ plain: UnsafeRawBufferPointer, rows: Int, into output: ByteBuffer) -> Bool {
        guard let start = plain.baseAddress else { return rows == 0 }
        output.removeAll()
        var counts = [Int](repeating: 0, count: 256)
        var position = start
        for _ in 0..<rows {
            guard let found = memchr(position, 10, start + plain.count - position) else { return false }
            let length = UnsafeRawPointer(found) - position
            guard length < 256 else { return false }
            counts[length] += 1
            output.append(UInt8(length))
            position += length + 1
        }
        output.grow(by: plain.count - rows)
        var places = starts(counts, behind: rows)
        let bytes = output.base.assumingMemoryBound(to: UInt8.self)
        position = start
        for row in 0..<rows {
            let length = Int(bytes[row])
            var place = places[length]
            for index in 0..<length {
                bytes[place] = position.load(fromByteOffset: index, as: UInt8.self)
                place += counts[length]
            }
            places[length] += 1
            position += length + 1
        }
        return true
    }

    /// Writes the plain form of a column, after what is in the output.
    ///
    /// - Returns: false when it is not of the other form.
    static func ungroup(_ grouped: UnsafeRawBufferPointer, rows: Int, into output: ByteBuffer) -> Bool {
        guard grouped.count >= rows else { return false }
        var counts = [Int](repeating: 0, count: 256)
        var total = rows
        for row in 0..<rows {
            counts[Int(grouped[row])] += 1
            total += Int(grouped[row])
        }
        guard total == grouped.count else { return false }
        var places = starts(counts, behind: rows)
        var position = output.count
        output.grow(by: total)
        let bytes = output.base.assumingMemoryBound(to: UInt8.self)
        for row in 0..<rows {
            let length = Int(grouped[row])
            var place = places[length]
            for _ in 0..<length {
                bytes[position] = grouped[place]
                position += 1
                place += counts[length]
            }
            places[length] += 1
            bytes[position] = 10
            position += 1
        }
        return true
    }

    /// Where the first value of each length begins.
    private static func starts(_ counts: [Int], behind first: Int) -> [Int] {
        var place = first
        return counts.enumerated().map { length, count in
            defer { place += length * count }
            return place
        }
    }
}
