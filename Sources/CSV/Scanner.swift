/// What a scan found, and where the next one continues.
struct ScanResult: Sendable {
    var fields = FieldList()
    var entries: [Batch.Entry] = []
    var problems: [Int: [RecordProblem]] = [:]
    /// Bytes that are done with; what follows is an unfinished record.
    var consumed = 0
}

/// What is carried from one scan to the next.
struct ScanState: Sendable {
    /// The physical line at the first byte that is not consumed, from 1.
    var line = 1
    /// Records so far.
    var records = 0
    /// Empty lines so far.
    var emptyLines = 0
    /// A record was too long, and its rest is being skipped up to a line end.
    var isSkipping = false
    /// Stray quotes so far that were recovered from after a long lookahead.
    var farAhead = 0
}

/// Finds records and fields in a buffer that begins at the beginning of a record.
///
/// An unfinished record at the end of the buffer is not consumed: it is scanned again when more bytes have come. So
/// the result does not depend on how the input was cut. All state of the loops is in local variables.
struct Scanner {
    let dialect: Dialect
    let classes: ByteClasses
    /// The most bytes of a record.
    let limit: Int
    /// Whether no bytes follow.
    let isFinal: Bool
    /// The number of fields of a sound record, where stray quotes are to be recovered from.
    var columns: Int?

    /// How much of a record that is too long is kept.
    static let keptOfTooLong = 4096

    /// How a record ended.
    enum Ending {
        /// At this byte, with the next record at the other.
        case at(Int, next: Int)
        /// Not within the buffer.
        case open
    }

    /// Scans the buffer.
    ///
    /// - Parameter memory: Where to put what is found; it is taken away.
    func scan(
        _ buffer: UnsafeBufferPointer<UInt8>, _ state: inout ScanState, _ memory: inout Batch.Memory
    ) -> ScanResult {
        var result = ScanResult()
        swap(&result.fields, &memory.fields)
        swap(&result.entries, &memory.entries)
        result.fields.truncate(to: 0)
        result.entries.removeAll(keepingCapacity: true)
        guard let bytes = buffer.baseAddress else { return result }
        result.fields.reserve(buffer.count / 12)
        result.entries.reserveCapacity(buffer.count / 128)
        classes.table.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return }
            scanRecords(Input(bytes: bytes, table: table, end: buffer.count), &state, &result)
        }
        return result
    }

    /// The buffer and the tables; every index used on `bytes` is checked against `end`, those on `table` are below 512.
    struct Input {
        let bytes: UnsafePointer<UInt8>
        let table: UnsafePointer<UInt8>
        let end: Int

        func isLineEnd(_ index: Int) -> Bool { bytes[index] == 0x0A || bytes[index] == 0x0D }

        /// Whether the byte is a delimiter or begins a line end.
        func endsField(_ index: Int) -> Bool {
            (ByteClasses.closing...ByteClasses.carriageReturn).contains(table[Int(bytes[index])])
        }
    }

    private func scanRecords(_ input: Input, _ state: inout ScanState, _ result: inout ScanResult) {
        var finder = ByteFinder(input.bytes, end: input.end, from: result.consumed, dialect)
        while result.consumed < input.end {
            if state.isSkipping || input.isLineEnd(result.consumed) {
                guard passLineEnd(input, &state, &result) else { return }
                continue
            }
            let start = result.consumed
            let firstField = result.fields.count
            var line = state.line
            var problems: [RecordProblem] = []
            let ending = scanRecord(input, from: start, &finder, &line, &result.fields, &problems)
            let length = if case .at(let end, _) = ending { end - start } else { openLength(input, start) }
            if let columns, !problems.isEmpty || result.fields.count - firstField != columns || length > limit,
                let line = recovered(
                    input, from: start, ending, length, columns, count: result.fields.count - firstField, problems,
                    state)
            {
                result.fields.truncate(to: firstField)
                for field in line.fields { result.fields.append(field) }
                add(from: start, to: line.end, firstField, line.problems, spansLines: false, state, &result)
                state.records += 1
                state.line += 1
                if min(length, limit) > Self.farAhead { state.farAhead += 1 }
                result.consumed = line.next
                continue
            }
            if length > limit {
                result.fields.truncate(to: firstField)
                problems = [RecordProblem(kind: .tooLong(limit: limit), field: 0, line: state.line)]
                add(
                    from: start, to: start + min(limit, Self.keptOfTooLong), firstField, problems, spansLines: false,
                    state,
                    &result)
                state.records += 1
                state.line += lineEnds(input, start..<start + limit)
                state.isSkipping = true
                result.consumed = start + limit
            } else if case .at(let end, let next) = ending {
                add(from: start, to: end, firstField, problems, spansLines: line - state.line > 1, state, &result)
                state.records += 1
                state.line = line
                result.consumed = next
            } else {
                result.fields.truncate(to: firstField)
                return
            }
        }
    }

    /// What replaces a record that a stray quote has broken; nil for nearly all, and for one that is unfinished.
    @inline(never)
    private func recovered(
        _ input: Input, from start: Int, _ ending: Ending, _ length: Int, _ columns: Int, count: Int,
        _ problems: [RecordProblem], _ state: ScanState
    ) -> Line? {
        var (end, next): (Int, Int?) = (start + limit, nil)
        if length <= limit {
            guard case .at(let place, let behind) = ending else { return nil }
            (end, next) = (place, behind)
        }
        guard columns > 1, min(length, limit) <= Self.farAhead || state.farAhead < Self.mostFarAhead else { return nil }
        let isBroken = length > limit || problems.contains { $0.kind != .nulByte }
        return recovered(
            input, from: start, to: end, next: next, columns, isBroken: isBroken, count: count, line: state.line)
    }

    /// The bytes that an unfinished record has for certain: a CR at the end may be its line end.
    private func openLength(_ input: Input, _ start: Int) -> Int {
        input.end - start - (input.bytes[input.end - 1] == 0x0D ? 1 : 0)
    }

    private func add(
        from start: Int, to end: Int, _ firstField: Int, _ problems: [RecordProblem], spansLines: Bool,
        _ state: ScanState, _ result: inout ScanResult
    ) {
        if !problems.isEmpty { result.problems[result.entries.count] = problems }
        result.entries.append(
            Batch.Entry(
                number: state.records + 1, line: state.line, start: start, end: end, firstField: firstField,
                fieldCount: result.fields.count - firstField,
                flags: (problems.isEmpty ? 0 : Batch.Entry.problems) | (spansLines ? Batch.Entry.lines : 0)))
    }

    /// Skips an empty line, or the rest of a record that is too long; false when more bytes are needed.
    private func passLineEnd(_ input: Input, _ state: inout ScanState, _ result: inout ScanResult) -> Bool {
        while result.consumed < input.end, !input.isLineEnd(result.consumed) { result.consumed += 1 }
        guard result.consumed < input.end, let next = endOfLine(input, result.consumed) else { return false }
        if !state.isSkipping { state.emptyLines += 1 }
        state.isSkipping = false
        state.line += 1
        result.consumed = next
        return true
    }

    /// The byte after the line end at an index; nil when it takes the next byte to know.
    @inline(__always)
    func endOfLine(_ input: Input, _ index: Int) -> Int? {
        guard input.bytes[index] == 0x0D else { return index + 1 }
        guard index + 1 < input.end else { return isFinal ? index + 1 : nil }
        return input.bytes[index + 1] == 0x0A ? index + 2 : index + 1
    }

    private func lineEnds(_ input: Input, _ range: Range<Int>) -> Int {
        var count = 0
        for index in range where input.isLineEnd(index) {
            let isFirstOfTwo = input.bytes[index] == 0x0D && index + 1 < input.end && input.bytes[index + 1] == 0x0A
            if !isFirstOfTwo { count += 1 }
        }
        return count
    }
}
