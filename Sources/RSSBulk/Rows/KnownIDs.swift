import Foundation
import Glibc

/// Texts and the ids that they denote, found by the bytes of a field without making a string of them.
struct KnownIDs {
    private struct Entry {
        var text: [UInt8]
        var id: UUIDBytes
    }

    private var entries: [Entry] = []
    /// Open addressing: the index of an entry plus one, or 0. Always a power of two, at most half full.
    private var slots = [Int32](repeating: 0, count: 64)

    /// How many there are.
    var count: Int { entries.count }

    /// The id of a text.
    @inline(__always)
    func find(_ text: UnsafeBufferPointer<UInt8>) -> UUIDBytes? {
        let found = slots[slot(of: UnsafeRawBufferPointer(text))]
        return found == 0 ? nil : entries[Int(found) - 1].id
    }

    /// Adds a text.
    mutating func insert(_ text: [UInt8], _ id: UUID) {
        let slot = text.withUnsafeBytes { self.slot(of: $0) }
        guard slots[slot] == 0 else { return }
        entries.append(Entry(text: text, id: UUIDBytes(id)))
        slots[slot] = Int32(entries.count)
        guard entries.count * 2 > slots.count else { return }
        slots = Array(repeating: 0, count: slots.count * 2)
        for (index, entry) in entries.enumerated() {
            slots[entry.text.withUnsafeBytes { self.slot(of: $0) }] = Int32(index + 1)
        }
    }

    /// The slot that has a text, or the free one where it would be.
    private func slot(of text: UnsafeRawBufferPointer) -> Int {
        var slot = Int(truncatingIfNeeded: Fingerprint(text).low) & (slots.count - 1)
        while slots[slot] != 0 {
            let candidate = entries[Int(slots[slot]) - 1].text
            if candidate.withUnsafeBytes({ $0.hasSameBytes(as: text) }) { return slot }
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }
}

extension UnsafeRawBufferPointer {
    /// Whether two buffers hold the same bytes.
    @inline(__always)
    func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
        guard count == other.count, let own = baseAddress, let others = other.baseAddress else {
            return count == other.count
        }
        return memcmp(own, others, count) == 0
    }
}

extension UUIDBytes {
    /// The bytes of a UUID.
    init(_ id: UUID) { self = withUnsafeBytes(of: id.uuid) { $0.loadUnaligned(as: UUIDBytes.self) } }

    /// The UUID of these bytes.
    var uuid: UUID { UUID(uuid: withUnsafeBytes(of: self) { $0.loadUnaligned(as: uuid_t.self) }) }
}
