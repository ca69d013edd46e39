import Foundation

/// Rows that passed validation, in COPY's binary format: the fields of each row after those of the one before.
///
/// How many fields a row has, its id, and what only the staging table wants is put between them when they are sent, so
/// that the same bytes serve both ways of loading.
///
/// `@unchecked Sendable`: the task that fills it hands it over to the one that sends it, and does not use it until it is returned.
final class EncodedRows: @unchecked Sendable {
    /// A row.
    struct Row {
        /// The number of the record in the file.
        var record: Int
        /// The line on which it begins.
        var line: Int
        /// Where its fields begin and end.
        var start: Int
        var end: Int
        /// The columns in which it has no value and keeps the existing one, one bit per column.
        var blanks: UInt64 = 0
        /// Where the value of its key is; of a row without one, nowhere.
        var keyStart = 0
        var keyEnd = 0
        /// Of several rows without a key that are the same, which one it is, from 1.
        var nth: Int32 = 1
        /// It turned out to be wrong after it was encoded.
        var isDropped = false

        /// Whether it has a value for the key by which rows are matched.
        var hasKey: Bool { keyEnd > keyStart }
    }

    /// A reference that the database has to be asked for; its sixteen bytes are to be filled in.
    struct Pending {
        var row: Int
        var column: Int
        var place: Int
        var text: String
    }

    /// What a row has in place of an identifier.
    struct Placeholder {
        var record: Int
        var line: Int
        var column: Int
        var value: String
    }

    @exclusivity(unchecked) private(set) var rows: [Row] = []
    /// Those of the rows that are kept.
    private(set) var placeholders: [Placeholder] = []
    private(set) var pending: [Pending] = []
    @exclusivity(unchecked) private var base: UnsafeMutableRawPointer
    private var capacity: Int
    @exclusivity(unchecked) private(set) var count = 0

    /// Makes an empty one.
    init(capacity: Int = 1 << 20) {
        self.capacity = capacity
        base = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
    }

    deinit { base.deallocate() }

    /// All fields, until the next change.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: base, count: count) }

    /// The fields of a row, until the next change.
    func bytes(of row: Row) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base + row.start, count: row.end - row.start)
    }

    /// The value of a row's key, until the next change; nil for none.
    func key(of row: Row) -> UnsafeRawBufferPointer? {
        guard row.hasKey else { return nil }
        return UnsafeRawBufferPointer(start: base + row.keyStart, count: row.keyEnd - row.keyStart)
    }

    func removeAll() {
        rows.removeAll(keepingCapacity: true)
        pending.removeAll(keepingCapacity: true)
        placeholders.removeAll()
        count = 0
    }

    /// A place for the fields of a row of at most that many bytes.
    func begin(upTo size: Int) -> FieldSink {
        if count + size > capacity {
            capacity = max(capacity * 2, count + size)
            let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 16)
            larger.copyMemory(from: base, byteCount: count)
            base.deallocate()
            base = larger
        }
        return FieldSink(base + count)
    }

    /// How far a place is from the first byte.
    func offset(_ place: UnsafeMutableRawPointer) -> Int { place - base }

    /// Keeps a row whose fields are written.
    func end(_ row: Row, pending texts: [Pending]) {
        rows.append(row)
        count = row.end
        if !texts.isEmpty { pending += texts }
    }

    /// Keeps what the row that was added last has in place of identifiers.
    func add(_ found: [Placeholder]) { placeholders += found }

    /// Fills a reference in.
    func resolve(_ reference: Pending, _ id: UUIDBytes) {
        base.storeBytes(of: id, toByteOffset: reference.place, as: UUIDBytes.self)
    }

    /// Every reference was asked for.
    func endPending() { pending.removeAll(keepingCapacity: true) }

    /// Leaves a row out.
    func drop(_ index: Int) { rows[index].isDropped = true }

    /// Says which one of several same rows a row is.
    func setOrdinal(_ index: Int, _ nth: Int32) { rows[index].nth = nth }

    /// Adds the rows of another one that are not left out, after its own.
    func append(_ other: EncodedRows) {
        let sink = begin(upTo: other.count)
        sink.end.copyMemory(from: other.base, byteCount: other.count)
        for row in other.rows where !row.isDropped {
            var row = row
            row.start += count
            row.end += count
            row.keyStart += count
            row.keyEnd += count
            rows.append(row)
        }
        count += other.count
    }
}
