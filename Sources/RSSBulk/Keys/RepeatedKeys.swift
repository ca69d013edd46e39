import Foundation
import Glibc

/// Finds which rows of a file have the same key, in memory that does not grow with the file.
///
/// Fingerprints are kept in memory up to a bound, and beyond it in a temporary file for each of 64 ranges; one range at
/// a time is then examined.
struct RepeatedKeys {
    /// What was found.
    struct Found {
        /// By the records that are rejected: the line of a row with the same key that comes before (the first wins) or
        /// after it (the last wins).
        var duplicates = RecordNumbers()
        /// Which one of several same rows a record is, from 2; the first is not in it.
        var ordinals = RecordNumbers()
    }

    private struct Entry {
        var fingerprint: Fingerprint
        var record: Int
        var line: Int
    }

    private static let ranges = 64
    /// Entries of 32 bytes.
    private let bound: Int
    private var entries: [Entry] = []
    private var spills: [Spill] = []

    /// - Parameter bound: how many entries are kept in memory.
    init(bound: Int = 1 << 16) { self.bound = bound }

    /// Takes the key of a row.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    mutating func add(_ fingerprint: Fingerprint, record: Int, line: Int) throws(ImportError) {
        if entries.isEmpty { entries.reserveCapacity(min(bound, 1 << 12)) }
        entries.append(Entry(fingerprint: fingerprint, record: record, line: line))
        if entries.count >= bound { try spill() }
    }

    /// The rows whose key is that of another one.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    mutating func finish(_ winner: DuplicateChoice) throws(ImportError) -> Found {
        var found = Found(duplicates: RecordNumbers(bound: bound), ordinals: RecordNumbers(bound: bound))
        if spills.isEmpty {
            try Self.look(at: entries, winner, &found)
        } else {
            try spill()
            for spill in spills {
                // A range of a long file is more than memory should hold: it is read once for each part of it.
                let parts = UInt64(max(1, (spill.count + bound - 1) / bound))
                for part in 0..<parts {
                    let entries = try spill.read { parts == 1 || ($0.fingerprint.high >> 16) % parts == part }
                    try Self.look(at: entries, winner, &found)
                }
            }
        }
        entries = []
        spills = []
        return found
    }

    /// Entries come in the order of the file.
    private static func look(
        at entries: [Entry], _ winner: DuplicateChoice, _ found: inout Found
    ) throws(ImportError) {
        guard entries.count > 1 else { return }
        var size = 16
        while size < entries.count * 2 { size *= 2 }
        // Open addressing: the index of the first entry with a fingerprint plus one, or 0.
        var slots = [Int32](repeating: 0, count: size)
        var taken: [Int: Int] = [:]
        var counts: [Int: Int] = [:]
        for (index, entry) in entries.enumerated() {
            var slot = Int(truncatingIfNeeded: entry.fingerprint.low) & (size - 1)
            while slots[slot] != 0, entries[Int(slots[slot]) - 1].fingerprint != entry.fingerprint {
                slot = (slot + 1) & (size - 1)
            }
            guard slots[slot] != 0 else {
                slots[slot] = Int32(index + 1)
                continue
            }
            let first = Int(slots[slot]) - 1
            let count = counts[first, default: 1] + 1
            counts[first] = count
            try found.ordinals.add(entry.record, count)
            switch winner {
            case .first: try found.duplicates.add(entry.record, entries[first].line)
            case .last:
                let earlier = taken[first] ?? first
                try found.duplicates.add(entries[earlier].record, entry.line)
                taken[first] = index
            }
        }
    }

    private mutating func spill() throws(ImportError) {
        if spills.isEmpty { for _ in 0..<Self.ranges { spills.append(try Spill()) } }
        var parts = [[Entry]](repeating: [], count: Self.ranges)
        for entry in entries { parts[Int(entry.fingerprint.high >> 58)].append(entry) }
        for (spill, part) in zip(spills, parts) { try spill.write(part) }
        entries.removeAll(keepingCapacity: true)
    }

    /// The entries of one range, in a temporary file without a name.
    private final class Spill {
        private let file: SpoolFile

        init() throws(ImportError) { file = try SpoolFile() }

        func write(_ entries: [Entry]) throws(ImportError) {
            var failure: ImportError?
            entries.withUnsafeBytes { bytes in
                do throws(ImportError) { try file.write(bytes) } catch { failure = error }
            }
            if let failure { throw failure }
        }

        /// How many there are.
        var count: Int { file.size / MemoryLayout<Entry>.stride }

        /// Those that are wanted, in their order.
        func read(_ isWanted: (Entry) -> Bool) throws(ImportError) -> [Entry] {
            var entries: [Entry] = []
            var piece = [Entry](
                repeating: Entry(fingerprint: Fingerprint(.init(start: nil, count: 0)), record: 0, line: 0), count: 4096
            )
            var index = 0
            while index < count {
                let next = min(count, index + piece.count)
                var failure: ImportError?
                piece.withUnsafeMutableBytes { bytes in
                    let bytes = UnsafeMutableRawBufferPointer(
                        rebasing: bytes[..<((next - index) * MemoryLayout<Entry>.stride)])
                    do throws(ImportError) {
                        try file.read(into: bytes, at: index * MemoryLayout<Entry>.stride)
                    } catch {
                        failure = error
                    }
                }
                if let failure { throw failure }
                for entry in piece[..<(next - index)] where isWanted(entry) { entries.append(entry) }
                index = next
            }
            return entries
        }
    }
}
