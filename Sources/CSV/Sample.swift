/// The beginning of a file in UTF-8, read in one dialect after another.
struct Sample {
    /// The most records that are checked.
    static let mostRecords = 500
    /// The number of stray quotes that are recovered from; a dialect in which more remain is not the right one.
    private static let mostStrayQuotes = 8

    let text: [UInt8]
    /// Whether the text ends within a record.
    let isCut: Bool
    private let occurs: [Bool]

    init(_ text: [UInt8], isCut: Bool) {
        self.text = text
        self.isCut = isCut
        var occurs = [Bool](repeating: false, count: 256)
        for byte in text { occurs[Int(byte)] = true }
        self.occurs = occurs
    }

    func contains(_ byte: UInt8) -> Bool { occurs[Int(byte)] }

    /// Whether one byte directly precedes another somewhere.
    func contains(_ first: UInt8, before second: UInt8) -> Bool {
        guard contains(first), contains(second) else { return false }
        return zip(text, text.dropFirst()).contains { $0 == first && $1 == second }
    }

    /// The records in a dialect.
    ///
    /// A stray quote makes one record of its line and of those up to the next quote. That says nothing about the lines
    /// that follow: they are read from the second line on, and the first is counted as broken.
    func records(_ dialect: Dialect) -> (records: [Record], broken: Int) {
        var records: [Record] = []
        var broken = 0
        var start = 0
        while start < text.count, records.count < Self.mostRecords {
            let rest = start == 0 ? text : Array(text[start...])
            let batch = Self.scan(rest, dialect)
            let isLast = broken == Self.mostStrayQuotes
            let swallowed = isLast ? nil : batch.first { isSwallowed($0, in: rest) }
            guard let swallowed else {
                // What is left of a record that is cut means nothing.
                records += isCut && !(records.isEmpty && batch.count < 2) ? Array(batch.dropLast()) : Array(batch)
                break
            }
            records += batch.prefix { $0.number < swallowed.number }
            broken += 1
            start += Int(swallowed.entry.start) + Self.firstLine(swallowed.raw)
        }
        return (Array(records.prefix(Self.mostRecords)), broken)
    }

    private static func scan(_ text: [UInt8], _ dialect: Dialect) -> Batch {
        var (state, memory) = (ScanState(), Batch.Memory())
        let scanner = Scanner(
            dialect: dialect, classes: ByteClasses(dialect), limit: Tokenizer.defaultLimit, isFinal: true)
        let result = text.withUnsafeBufferPointer { scanner.scan($0, &state, &memory) }
        return Batch(dialect: dialect, bytes: text, scan: result)
    }

    /// Whether a record took in lines that follow. Where the text is cut, a field may be open at its end.
    private func isSwallowed(_ record: Record, in rest: [UInt8]) -> Bool {
        guard record.hasProblems, Self.firstLine(record.raw) < record.raw.count else { return false }
        return record.problems.contains { problem in
            switch problem.kind {
            case .textAfterQuote: true
            case .unterminatedQuote: !isCut || record.raw.count * 4 > text.count
            case .nulByte, .tooLong: false
            }
        }
    }

    /// The length of the first line, its line end not counted.
    private static func firstLine(_ raw: ArraySlice<UInt8>) -> Int {
        (raw.firstIndex { $0 == 0x0A || $0 == 0x0D } ?? raw.endIndex) - raw.startIndex
    }
}
