import Glibc

/// The form of rows in an archive's file, before it is compressed: blocks of rows, and in a block one column behind the
/// other, because the values of a column resemble each other more than those of a row, which makes the file smaller.
///
/// A block begins with a line of numbers in ASCII: how many rows, then the length of each column in bytes. The columns
/// follow. A column is its values as COPY's text format writes them, which contain neither tab nor line end, each with a
/// line end behind it; or, with a `g` in front of its length, it is in the form of ``ColumnGroups``.
struct ColumnBlockWriter {
    /// Size of a block's rows from which on it is written out.
    private static let size = 8 << 20

    /// Of the rows as they came.
    private(set) var digest = RowDigest()
    private let columns: [ByteBuffer]
    private let carry = ByteBuffer()
    private var rows = 0
    private var pending = 0
    private let write: (UnsafeRawBufferPointer) throws -> Void
    private var blocks = 0
    /// Which columns are in the form of groups; looked at again now and then.
    private var isGrouped: [Bool]
    private let groups: [ByteBuffer]

    /// A writer of rows with so many columns.
    init(columns: Int, _ write: @escaping (UnsafeRawBufferPointer) throws -> Void) {
        self.columns = (0..<columns).map { _ in ByteBuffer() }
        groups = (0..<columns).map { _ in ByteBuffer() }
        isGrouped = Array(repeating: false, count: columns)
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
            digest.add(UnsafeRawBufferPointer(start: field, count: tab - field))
            field = min(tab + 1, end)
        }
        digest.endRow()
    }

    private mutating func flush() throws {
        if blocks % 8 == 0 { isGrouped = columns.map { ColumnGroups.areShorter($0.bytes) } }
        blocks += 1
        var header = "\(rows)"
        var parts: [ByteBuffer] = []
        for (index, column) in columns.enumerated() {
            let isInGroups =
                isGrouped[index] && ColumnGroups.group(column.bytes, rows: rows, into: groups[index])
            header += " \(isInGroups ? "g" : "")\(column.count)"
            parts.append(isInGroups ? groups[index] : column)
        }
        try Array((header + "\n").utf8).withUnsafeBytes { try write($0) }
        for part in parts { try write(part.bytes) }
        for column in columns { column.removeAll() }
        (rows, pending) = (0, 0)
    }
}

/// Reads blocks of columns back as rows.
struct ColumnBlockReader {
    private let columns: Int
    private let buffer = ByteBuffer(capacity: 16 << 20)
    /// What the block that is being read needs, once its first line is there.
    private var header: Header?
    private let plain = ByteBuffer()

    private struct Header {
        var rows: Int
        var columns: [(isGrouped: Bool, length: Int)]
        /// The length of the line.
        var length: Int

        init?(_ line: Substring, columns count: Int, length: Int) {
            let words = line.split(separator: " ")
            guard words.count == count + 1, let rows = Int(words[0]), (0..<(1 << 40)).contains(rows) else { return nil }
            self.rows = rows
            self.length = length
            columns = []
            for word in words.dropFirst() {
                let isGrouped = word.hasPrefix("g")
                guard let length = Int(isGrouped ? word.dropFirst() : word), (0..<(1 << 40)).contains(length) else {
                    return nil
                }
                columns.append((isGrouped, length))
            }
        }
    }

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
                header = Header(line[...], columns: columns, length: length + 1)
            }
            guard let block = header else { return false }
            let size = block.columns.reduce(block.length) { $0 + $1.length }
            guard buffer.count >= size else { return true }
            guard hand(block, value, row) else { return false }
            buffer.removeFirst(size)
            header = nil
            if buffer.count == 0 { return true }
        }
    }

    private func hand(
        _ block: Header, _ value: (UnsafeRawBufferPointer, Int) -> Void, _ row: () -> Void
    ) -> Bool {
        plain.removeAll()
        var position = block.length
        for column in block.columns {
            let bytes = UnsafeRawBufferPointer(rebasing: buffer.bytes[position..<(position + column.length)])
            position += column.length
            if column.isGrouped {
                guard ColumnGroups.ungroup(bytes, rows: block.rows, into: plain) else { return false }
            } else {
                plain.append(bytes)
            }
        }
        var starts: [UnsafeRawPointer] = []
        var ends: [UnsafeRawPointer] = []
        var start = UnsafeRawPointer(plain.base)
        for column in block.columns {
            starts.append(start)
            start += column.length
            ends.append(start)
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
