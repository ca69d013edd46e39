import Foundation
import RSSModel

/// Puts encoded rows into the form in which COPY takes them.
struct RowStream {
    /// Bytes that are sent at once.
    static let portion = 256 << 10

    private let fields: Int16
    private let metadata: [UInt8]
    private let isStaged: Bool

    /// What COPY's binary format begins with: its signature, no flags, no extension.
    static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
    /// What it ends with.
    static let trailer: [UInt8] = [0xFF, 0xFF]

    /// - Parameter isStaged: for the staging table, which holds more of a row than the table itself.
    init(_ statements: LoadStatements, isStaged: Bool) {
        fields = Int16(isStaged ? statements.stagedFields : statements.directFields)
        metadata = ImportValue.json(statements.table.metadata).encoded
        self.isStaged = isStaged
    }

    /// The portions of some rows; the offset is the index of the first of them in its batch.
    func portions(
        _ rows: EncodedRows, offset: Int = 0, ids: RowIDs, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        var index = 0
        while index < rows.rows.count {
            var next = index
            let portion = [UInt8](unsafeUninitializedCapacity: Self.portion + size(rows.rows[index])) { buffer, count in
                guard let base = buffer.baseAddress else { return }
                var sink = FieldSink(UnsafeMutableRawPointer(base))
                let start = sink.end
                while next < rows.rows.count, sink.end - start < Self.portion,
                    sink.end - start + size(rows.rows[next]) <= buffer.count
                {
                    write(rows, next, ids.id(offset + next), &sink)
                    next += 1
                }
                count = sink.end - start
            }
            index = next
            if !portion.isEmpty { try await body(portion) }
        }
    }

    /// No row is longer than this.
    private func size(_ row: EncodedRows.Row) -> Int { row.end - row.start + metadata.count + 128 }

    private func write(_ rows: EncodedRows, _ index: Int, _ id: UUIDBytes, _ sink: inout FieldSink) {
        let row = rows.rows[index]
        guard !row.isDropped else { return }
        sink.count(fields)
        if isStaged {
            sink.integer(Int64(row.record))
            sink.integer(Int64(bitPattern: row.blanks))
            sink.integer(row.nth)
            sink.bool(row.hasKey)
        }
        sink.uuid(id)
        if isStaged { metadata.withUnsafeBytes { sink.encoded($0) } }
        sink.encoded(rows.bytes(of: row))
        if !isStaged { metadata.withUnsafeBytes { sink.encoded($0) } }
    }
}

/// Ids that follow each other, in time order: UUIDv7 whose random part is 42 bits drawn once and 32 bits counted on. So an
/// index takes them at its end, and all ids between the first and the last of a batch are its own.
struct RowIDs: Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The ids of a batch that begins now. By the clock of this machine, since nothing is decided by the time in them: a wrong
    /// one costs the order in which an index is filled, and no two batches share the 42 random bits.
    init(at date: Date = Date()) {
        var random = SystemRandomNumberGenerator()
        let base = UUIDBytes(UUID.v7(at: date, using: &random))
        high = UInt64(bigEndian: base.high)
        low = UInt64(bigEndian: base.low) & ~0xFFFF_FFFF
    }

    /// The id of a row of the batch, by its index.
    func id(_ index: Int) -> UUIDBytes { UUIDBytes(high: high.bigEndian, low: (low | UInt64(index)).bigEndian) }
}
