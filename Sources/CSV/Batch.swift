/// The records that were completed by one piece of input, over one shared buffer. It does not change any more, so
/// records may be kept, and handed to other tasks, for as long as they are needed.
public final class Batch: Sendable {
    /// A record in the batch.
    @usableFromInline
    struct Entry: Sendable {
        @usableFromInline var number: Int
        @usableFromInline var line: Int
        /// Bytes of the record without its line end.
        @usableFromInline var start: Int
        @usableFromInline var end: Int
        /// Its fields in ``Batch/fields``.
        @usableFromInline var firstField: Int
        @usableFromInline var fieldCount: Int
        /// Bits of ``problems`` and ``lines``; none for nearly all.
        @usableFromInline var flags: UInt8

        @usableFromInline static let problems: UInt8 = 1
        /// A line end is within it.
        @usableFromInline static let lines: UInt8 = 2
    }

    @usableFromInline let dialect: Dialect
    /// More than the records take, where the memory is larger.
    @usableFromInline let bytes: [UInt8]
    @usableFromInline let fields: FieldList
    @usableFromInline let entries: [Entry]
    /// Problems by the index of the record.
    let problems: [Int: [RecordProblem]]

    init(dialect: Dialect, bytes: [UInt8] = [], scan: ScanResult = ScanResult()) {
        self.dialect = dialect
        self.bytes = bytes
        fields = scan.fields
        entries = scan.entries
        problems = scan.problems
    }

    /// Memory of a released batch, to be reused: to ask the system for new one costs more than to find the records.
    struct Memory: Sendable {
        var bytes: [UInt8] = []
        var fields = FieldList()
        var entries: [Entry] = []
    }

    /// What it has, to be overwritten once the batch is released.
    var memory: Memory { Memory(bytes: bytes, fields: fields, entries: entries) }
}

extension Batch: RandomAccessCollection {
    /// 0.
    public var startIndex: Int { 0 }
    /// The number of records.
    public var endIndex: Int { entries.count }
    /// A record by its index in the batch.
    public subscript(position: Int) -> Record { Record(batch: self, index: position) }
}
