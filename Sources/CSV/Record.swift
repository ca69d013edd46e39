/// One record: its fields, where it is in the file, and what is wrong with it.
///
/// Values are UTF-8 as they are in the file, quotes and escapes resolved.
public struct Record: Sendable {
    @usableFromInline let batch: Batch
    @usableFromInline let index: Int

    @usableFromInline
    init(batch: Batch, index: Int) {
        self.batch = batch
        self.index = index
    }

    @inlinable var entry: Batch.Entry { batch.entries[index] }

    /// The number of the record in the file, from 1, a header and records with problems counted, empty lines not.
    @inlinable public var number: Int { entry.number }
    /// The physical line on which the record begins, from 1.
    @inlinable public var line: Int { entry.line }
    /// The number of fields.
    @inlinable public var count: Int { entry.fieldCount }
    /// Whether anything is wrong with the record.
    @inlinable public var hasProblems: Bool { entry.flags & Batch.Entry.problems != 0 }
    /// Whether a line end is within a field of the record.
    @inlinable public var spansLines: Bool { entry.flags & Batch.Entry.lines != 0 }
    /// Whether it is on one line, and nothing is wrong with it.
    @inlinable public var isPlain: Bool { entry.flags == 0 }
    /// What is wrong with the record; empty for nearly all.
    public var problems: [RecordProblem] { hasProblems ? batch.problems[index] ?? [] : [] }

    /// The record as it is in the file, without its line end, for a file of rejects.
    ///
    /// Of a record that is too long: its first 4096 bytes.
    public var raw: ArraySlice<UInt8> { batch.bytes[Int(entry.start)..<Int(entry.end)] }

    /// How many bytes ``raw`` has.
    @inlinable public var byteCount: Int { entry.end - entry.start }

    /// Lends the value of a field, without copying it unless it holds doubled quotes or escapes.
    ///
    /// The pointer is valid within the closure only. A field beyond the last one is empty.
    @inlinable
    public func withBytes<R>(_ field: Int, _ body: (UnsafeBufferPointer<UInt8>) throws -> R) rethrows -> R {
        guard let span = span(field) else { return try body(UnsafeBufferPointer(start: nil, count: 0)) }
        return try batch.bytes.withUnsafeBufferPointer { buffer in
            // Within bounds: the scanner made the span over this very buffer.
            let raw = UnsafeBufferPointer(rebasing: buffer[span.range])
            guard span.needsDecoding else { return try body(raw) }
            return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: raw.count) { value in
                guard let start = value.baseAddress else { return try body(raw) }
                let count = batch.dialect.decode(raw, isQuoted: span.isQuoted, into: start)
                return try body(UnsafeBufferPointer(start: start, count: count))
            }
        }
    }

    /// The bytes of a field; none for one beyond the last.
    public func bytes(_ field: Int) -> [UInt8] { withBytes(field) { Array($0) } }

    /// The text of a field; nil where it is not valid UTF-8 or the field does not exist.
    public func string(_ field: Int) -> String? {
        guard field >= 0, field < count else { return nil }
        return withBytes(field) { String(validating: $0, as: UTF8.self) }
    }

    /// Whether a field is quoted; PostgreSQL's CSV takes an empty one for an empty text then, otherwise for no value.
    public func isQuoted(_ field: Int) -> Bool { span(field)?.isQuoted ?? false }

    /// Whether a field holds nothing.
    @inlinable
    public func isEmpty(_ field: Int) -> Bool { withBytes(field) { $0.isEmpty } }

    /// The line and the column (in characters) at which a field begins, both from 1, its quote included.
    public func place(of field: Int) -> (line: Int, column: Int) {
        guard let span = span(field) else { return (line, 1) }
        let start = Int(span.start) - (span.isQuoted && !span.needsDecoding ? 1 : 0)
        var (line, column) = (self.line, 1)
        var previous: UInt8 = 0
        for byte in batch.bytes[Int(entry.start)..<start] {
            if byte == 0x0A || byte == 0x0D {
                line += byte == 0x0A && previous == 0x0D ? 0 : 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
            previous = byte
        }
        return (line, column)
    }

    @inlinable
    func span(_ field: Int) -> FieldSpan? {
        guard field >= 0, field < count else { return nil }
        return batch.fields[entry.firstField + field]
    }
}
