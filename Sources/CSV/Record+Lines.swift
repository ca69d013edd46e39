extension Record {
    /// The physical lines that the record takes.
    public var lineCount: Int { spansLines ? lines().count : 1 }

    /// Whether each line of the record has that many fields by itself: then they were rows once, and a quote that was one too
    /// many has swallowed them, although the result has as many fields as it should.
    ///
    /// The lines between the first and the last are read as they are. The first and the last, which hold the two quotes,
    /// count where there is nothing between them.
    public func hasSwallowedLines(_ columns: Int) -> Bool {
        guard spansLines, columns > 1 else { return false }
        let lines = lines()
        let inner = lines.dropFirst().dropLast()
        guard inner.isEmpty else { return inner.allSatisfy { isRow($0, columns) } }
        return lines.count == 2 && lines.allSatisfy { hasFields($0, columns) }
    }

    /// Whether a line is a sound row.
    private func isRow(_ line: ArraySlice<UInt8>, _ columns: Int) -> Bool {
        var tokenizer = Tokenizer(batch.dialect)
        let records = tokenizer.feed(Array(line)).map { $0 } + tokenizer.finish().map { $0 }
        return records.count == 1 && records[0].count == columns && !records[0].hasProblems
    }

    /// Whether a line has that many fields when a quote that has no other end on it is a character like any other.
    private func hasFields(_ line: ArraySlice<UInt8>, _ columns: Int) -> Bool {
        let dialect = batch.dialect
        guard let quote = dialect.quote else { return false }
        var (fields, isAtStart) = (1, true)
        var index = line.startIndex
        while index < line.endIndex {
            let byte = line[index]
            if isAtStart, byte == quote,
                let end = line[(index + 1)...].indices.first(where: { end in
                    line[end] == quote && (end + 1 == line.endIndex || line[end + 1] == dialect.delimiter)
                })
            {
                index = end + 1
                isAtStart = false
                continue
            }
            isAtStart = byte == dialect.delimiter
            if isAtStart { fields += 1 }
            index += 1
        }
        return fields == columns
    }

    /// The bytes of the record, line by line, without the line ends.
    private func lines() -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        let raw = raw
        var (start, index) = (raw.startIndex, raw.startIndex)
        while index < raw.endIndex {
            guard raw[index] == 0x0A || raw[index] == 0x0D else {
                index += 1
                continue
            }
            lines.append(raw[start..<index])
            let isTwo = raw[index] == 0x0D && index + 1 < raw.endIndex && raw[index + 1] == 0x0A
            index += isTwo ? 2 : 1
            start = index
        }
        return lines + [raw[start...]]
    }
}
