import Glibc

/// The form of rows in an archive's file, before it is compressed: blocks of rows, and in a block one column after the
/// other, because the values of a column resemble each other more than those of a row, which makes the file smaller.
///
/// A block begins with a line of numbers in ASCII: how many rows, then the length of each column in bytes. The columns
/// follow. A column is its values as COPY's text format writes them, which contain neither tab nor line end, each with a
/// line end after it; or, with a `g` in front of its length, it is in the form of ``ColumnGroups``.
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
    /// Which columns are in the form of groups; checked again from time to time.
    private var isGrouped: [Bool]
    private let groups: [ByteBuffer]

    /// A writer of rows with that many columns.
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
