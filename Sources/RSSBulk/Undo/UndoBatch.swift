import Foundation
import PostgresClient

/// A batch of a run as the ledger has it, checked: what an undo removes is within the ids that it names.
struct UndoBatch: Sendable {
    let number: Int32
    let inserted: Int
    let updated: Int
    let deleted: Int
    /// The first and the last of the ids that it gave to its rows; nil where it inserted none.
    let ids: (first: UUID, last: UUID)?

    /// The rows that it wrote.
    var rows: Int64 { Int64(inserted) + Int64(updated) + Int64(deleted) }

    /// Checks a batch that was read.
    ///
    /// The ids of a batch are UUIDs of version 7 that differ in their last 32 bits alone, one for each of its records. No other
    /// row has one of them.
    ///
    /// - Throws: ``RunUndoError/damagedBatch(_:number:problem:)``.
    init(
        run: String, number: Int32, records: (first: Int64, last: Int64), ids: (first: UUID?, last: UUID?),
        inserted: Int64, updated: Int64, deleted: Int64
    ) throws(RunUndoError) {
        func damaged(_ problem: String) -> RunUndoError { .damagedBatch(run, number: number, problem: problem) }
        guard records.first >= 0, records.last >= records.first, min(inserted, updated, deleted) >= 0 else {
            throw damaged("its counts are not in order")
        }
        self.number = number
        self.inserted = Int(inserted)
        self.updated = Int(updated)
        self.deleted = Int(deleted)
        guard inserted > 0 else {
            self.ids = nil
            return
        }
        guard let first = ids.first, let last = ids.last else { throw damaged("it has rows and no ids") }
        let (low, high) = (Parts(first), Parts(last))
        guard low.shared == high.shared, low.isVersion7, low.own <= high.own else {
            throw damaged("\(Self.text(first)) to \(Self.text(last)) are not the ids of one batch")
        }
        let width = Int64(high.own - low.own) + 1
        guard inserted <= width, width - 1 <= records.last - records.first else {
            throw damaged("\(width) ids are not those of \(inserted) rows")
        }
        self.ids = (first, last)
    }

    private static func text(_ id: UUID) -> String { id.uuidString.lowercased() }

    /// An id as what all ids of its batch share, and what distinguishes them.
    private struct Parts {
        let shared: UUIDBytes
        let own: UInt32

        var isVersion7: Bool { shared.high >> 12 & 0xF == 7 }

        init(_ id: UUID) {
            let bytes = UUIDBytes(id)
            let low = UInt64(bigEndian: bytes.low)
            shared = UUIDBytes(high: UInt64(bigEndian: bytes.high), low: low >> 32)
            own = UInt32(truncatingIfNeeded: low)
        }
    }
}
