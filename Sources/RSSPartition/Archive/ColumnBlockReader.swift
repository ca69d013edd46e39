import Glibc

/// Takes an archive's file, once decompressed, apart into its blocks.
struct ColumnBlockReader {
    private let columns: Int
    private let buffer = ByteBuffer(capacity: 16 << 20)
    /// The first line of the block that is being read, once it is there.
    private var header: ColumnBlock.Header?

    /// Whether what was fed so far ends with a whole block.
    var isComplete: Bool { buffer.count == 0 && header == nil }

    /// A reader of rows with that many columns.
    init(columns: Int) { self.columns = columns }

    /// Takes the next part, cut anywhere.
    ///
    /// - Returns: the blocks that are whole with it; nil when it is not of this form.
    mutating func feed(_ bytes: UnsafeRawBufferPointer) -> [ColumnBlock]? {
        buffer.append(bytes)
        var blocks: [ColumnBlock] = []
        while buffer.count > 0 {
            if header == nil {
                guard let found = memchr(buffer.base, 10, buffer.count) else {
                    return buffer.count < 1 << 16 ? blocks : nil
                }
                let length = UnsafeRawPointer(found) - UnsafeRawPointer(buffer.base)
                let line = String(decoding: UnsafeRawBufferPointer(rebasing: buffer.bytes[..<length]), as: UTF8.self)
                header = ColumnBlock.Header(line[...], columns: columns)
                guard header != nil else { return nil }
                buffer.removeFirst(length + 1)
            }
            guard let block = header else { return nil }
            guard buffer.count >= block.size else { return blocks }
            blocks.append(ColumnBlock(header: block, bytes: Array(buffer.bytes[..<block.size])))
            buffer.removeFirst(block.size)
            header = nil
        }
        return blocks
    }
}

/// Some rows, one column after the other.
struct ColumnBlock: Sendable {
    /// The first line of a block.
    struct Header: Sendable {
        var rows: Int
        var columns: [Column]
        /// The bytes of all columns.
        var size: Int

        struct Column: Sendable {
            var isGrouped: Bool
            var length: Int
        }

        init?(_ line: Substring, columns count: Int) {
            let limit = 0..<(1 << 40)
            let words = line.split(separator: " ")
            guard words.count == count + 1, let rows = Int(words[0]), limit.contains(rows) else { return nil }
            self.rows = rows
            columns = []
            size = 0
            for word in words.dropFirst() {
                let isGrouped = word.hasPrefix("g")
                guard let length = Int(isGrouped ? word.dropFirst() : word), limit.contains(length) else { return nil }
                columns.append(Column(isGrouped: isGrouped, length: length))
                size += length
            }
        }
    }

    let header: Header
    let bytes: [UInt8]

    /// The digest of its rows; nil when it is not of this form.
    func digest() -> ContentDigest? {
        var digest = RowDigest()
        guard read(value: { value, _ in digest.add(value) }, row: { digest.endRow() }) else { return nil }
        return ContentDigest(rows: digest.rows, sum: digest.text)
    }

    /// Hands over each value of each row with the number of its column, row by row.
    ///
    /// - Parameter row: called after each row.
    /// - Returns: false when it is not of this form.
    func read(value: (UnsafeRawBufferPointer, Int) -> Void, row: () -> Void) -> Bool {
        let plain = ByteBuffer(capacity: max(bytes.count, 1))
        let isPlain = bytes.withUnsafeBytes { bytes in
            var position = 0
            for column in header.columns {
                let part = UnsafeRawBufferPointer(rebasing: bytes[position..<(position + column.length)])
                position += column.length
                if !column.isGrouped {
                    plain.append(part)
                } else if !ColumnGroups.ungroup(part, rows: header.rows, into: plain) {
                    return false
                }
            }
            return true
        }
        guard isPlain else { return false }
        var (starts, ends): ([UnsafeRawPointer], [UnsafeRawPointer]) = ([], [])
        var start = UnsafeRawPointer(plain.base)
        for column in header.columns {
            starts.append(start)
            start += column.length
            ends.append(start)
        }
        for _ in 0..<header.rows {
            for column in starts.indices {
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
