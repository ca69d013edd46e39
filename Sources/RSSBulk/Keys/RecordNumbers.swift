/// A number for some of the records of a file: added in any order, asked for in the order of the file. Memory does not
/// grow with them; beyond a bound they are in a temporary file, in runs that are sorted individually.
struct RecordNumbers {
    private struct Entry {
        var record: Int
        var number: Int
    }

    private static let stride = MemoryLayout<Entry>.stride
    /// Entries of a run that are read at once.
    private static let piece = 256

    /// How many there are.
    private(set) var count = 0
    private let bound: Int
    private var entries: [Entry] = []
    private var file: SpoolFile?
    /// Where each run ends in the file, in entries.
    private var ends: [Int] = []

    /// - Parameter bound: how many are kept in memory.
    init(bound: Int = 1 << 16) { self.bound = bound }

    /// Adds the number of a record that has none yet.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    mutating func add(_ record: Int, _ number: Int) throws(ImportError) {
        entries.append(Entry(record: record, number: number))
        count += 1
        guard entries.count >= bound else { return }
        if file == nil { file = try SpoolFile() }
        guard let file else { return }
        entries.sort { $0.record < $1.record }
        var failure: ImportError?
        entries.withUnsafeBytes { bytes in
            do throws(ImportError) { try file.write(bytes) } catch { failure = error }
        }
        if let failure { throw failure }
        ends.append((ends.last ?? 0) + entries.count)
        entries.removeAll(keepingCapacity: true)
    }

    /// Gives the numbers in the order of the records.
    struct Cursor {
        /// What is left of a run.
        private struct Run {
            var entries: ArraySlice<Entry>
            /// Where it continues in the file, and where it ends.
            var next: Int
            let end: Int
        }

        private let file: SpoolFile?
        /// A heap: of those that have entries left, the one with the lowest record is the first.
        private var runs: [Run] = []

        fileprivate init(_ numbers: RecordNumbers) throws(ImportError) {
            file = numbers.file
            let rest = numbers.entries.sorted { $0.record < $1.record }
            var all = [Run(entries: rest[...], next: 0, end: 0)]
            var begin = 0
            for end in numbers.ends {
                all.append(Run(entries: [], next: begin, end: end))
                begin = end
            }
            for run in all {
                var run = run
                try refill(&run)
                guard !run.entries.isEmpty else { continue }
                runs.append(run)
                var place = runs.count - 1
                while place > 0, first(place) < first((place - 1) / 2) {
                    runs.swapAt(place, (place - 1) / 2)
                    place = (place - 1) / 2
                }
            }
        }

        /// The number of a record, which is not before any that was asked for; nil when it has none.
        ///
        /// - Throws: ``ImportError/noSpool(folder:reason:)``.
        mutating func number(of record: Int) throws(ImportError) -> Int? {
            while !runs.isEmpty, first(0) < record { try advance() }
            return runs.isEmpty || first(0) > record ? nil : runs[0].entries[runs[0].entries.startIndex].number
        }

        private func first(_ run: Int) -> Int { runs[run].entries[runs[run].entries.startIndex].record }

        /// Moves past the lowest entry.
        private mutating func advance() throws(ImportError) {
            runs[0].entries.removeFirst()
            if runs[0].entries.isEmpty { try refill(&runs[0]) }
            if runs[0].entries.isEmpty {
                runs.swapAt(0, runs.count - 1)
                runs.removeLast()
            }
            var place = 0
            while true {
                let children = (2 * place + 1..<2 * place + 3).filter { $0 < runs.count }
                guard let lower = children.min(by: { first($0) < first($1) }), first(lower) < first(place) else {
                    return
                }
                runs.swapAt(place, lower)
                place = lower
            }
        }

        private func refill(_ run: inout Run) throws(ImportError) {
            guard run.entries.isEmpty, run.next < run.end, let file else { return }
            let count = min(RecordNumbers.piece, run.end - run.next)
            var failure: ImportError?
            let entries = [Entry](unsafeUninitializedCapacity: count) { buffer, filled in
                do throws(ImportError) {
                    try file.read(into: UnsafeMutableRawBufferPointer(buffer), at: run.next * RecordNumbers.stride)
                    filled = count
                } catch {
                    failure = error
                }
            }
            if let failure { throw failure }
            run.entries = entries[...]
            run.next += count
        }
    }

    /// A cursor before the first record.
    ///
    /// - Throws: ``ImportError/noSpool(folder:reason:)``.
    func cursor() throws(ImportError) -> Cursor { try Cursor(self) }
}
