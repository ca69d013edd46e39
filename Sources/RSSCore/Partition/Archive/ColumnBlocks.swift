import Glibc

/// The form of rows in an archive's file, before it is compressed: blocks of rows, and in a block one column behind the
/// other, because the values of a column resemble each other more than those of a row, which makes the file smaller.
///
/// A block begins with a line of numbers in ASCII: how many rows, then the length of each column in bytes. The columns
/// follow. A column is its values as COPY's text format writes them, which contain neither tab nor line end, each with a
/// line end behind it.
struct ColumnBlockWriter {
    /// Size of a block's rows from which on it is written out.
    private static let size = 8 << 20

    private let columns: [ByteBuffer]
    private let carry = ByteBuffer()
    private var rows = 0
    private var pending = 0
    private let write: (UnsafeRawBufferPointer) throws -> Void

    /// A writer of rows with so many columns.
    init(columns: Int, _ write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.columns = (0..<columns).map { _ in ByteBuffer() }
        self.write = write
    }

    /// Takes the next part of COPY's text, cut anywhere.
    ///
    /// - Throws: what writing throws.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) throws {
        guard var start = bytes.baseAddress else { return }
        let end = start + bytes.count
        while start < end {
            guard let found = memchr(start, 10, end - start) else {
                carry.append(start, end - start)
                return
            }
            let lineEnd = UnsafeRawPointer(found)
            if carry.count > 0 {
                carry.append(start, lineEnd - start)
                add(UnsafeRawPointer(carry.base), UnsafeRawPointer(carry.base) + carry.count)
                carry.removeAll()
            } else {
                add(start, lineEnd)
            }
            start = lineEnd + 1
            if pending >= Self.size { try flush() }
        }
    }

    /// Writes what is left.
    ///
    /// - Throws: what writing throws.
    mutating func finish() throws { if rows > 0 { try flush() } }

    private mutating func add(_ start: UnsafeRawPointer, _ end: UnsafeRawPointer) {
        rows += 1
        pending += end - start + 1
        var field = start
        for column in columns {
            let tab = memchr(field, 9, end - field).map { UnsafeRawPointer($0) } ?? end
            column.append(field, tab - field)
            column.append(10)
            field = min(tab + 1, end)
        }
    }

    private mutating func flush() throws {
        let header = ([rows] + columns.map(\.count)).map { "\($0)" }.joined(separator: " ") + "\n"
        try Array(header.utf8).withUnsafeBytes { try write($0) }
        for column in columns {
            try write(column.bytes)
            column.removeAll()
        }
        (rows, pending) = (0, 0)
    }
}

/// Reads blocks of columns back as rows.
struct ColumnBlockReader {
    private let columns: Int
    private let buffer = ByteBuffer(capacity: 16 << 20)
    /// What the block that is being read needs, once its first line is there.
    private var header: (rows: Int, lengths: [Int], length: Int)?

    /// Whether what was fed so far ends with a whole block.
    var isComplete: Bool { buffer.count == 0 }

    /// A reader of rows with so many columns.
    init(columns: Int) { self.columns = columns }

    /// Takes the next part, cut anywhere, and hands over each value of each row, row by row.
    ///
    /// - Parameters:
    ///   - value: takes a value and the number of its column.
    ///   - row: called behind each row.
    /// - Returns: false when it is not of this form.
    mutating func feed(
        _ bytes: UnsafeRawBufferPointer, value: (UnsafeRawBufferPointer, Int) -> Void, row: () -> Void
    ) -> Bool {
        buffer.append(bytes)
        while true {
            if header == nil {
                guard let found = memchr(buffer.base, 10, buffer.count) else { return buffer.count < 1 << 16 }
                let length = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.base)
                let line = String(decoding: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length]), as: UTF8.self)
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                guard numbers.count == columns + 1, numbers.allSatisfy({ (0..<(1 << 40)).contains($0) }) else {
                    return false
                }
                header = (numbers[0], Array(numbers[1...]), length + 1)
            }
            guard let block = header else { return false }
            let size = block.length + block.lengths.reduce(0, +)
            guard buffer.count >= size else { return true }
            guard hand(block, value, row) else { return false }
            buffer.removeFirst(size)
            header = nil
            if buffer.count == 0 { return true }
        }
    }

    private func hand(
        _ block: (rows: Int, lengths: [Int], length: Int), _ value: (UnsafeRawBufferPointer, Int) -> Void,
        _ row: () -> Void
    ) -> Bool {
        var starts: [UnsafeRawPointer] = []
        var ends: [UnsafeRawPointer] = []
        var position = UnsafeRawPointer(buffer.base) + block.length
        for length in block.lengths {
            starts.append(position)
            position += length
            ends.append(position)
        }
        for _ in 0..<block.rows {
            for column in 0..<columns {
                let start = starts[column]
                guard let end = memchr(start, 10, ends[column] - start) else { return false }
                let length = UnsafeRawPointer(end) - start
                value(UnsafeRawBufferPointer(start: start, count: length), column)
                starts[column] = start + length + 1
            }
            row()
        }
        return starts == ends
    }
}
