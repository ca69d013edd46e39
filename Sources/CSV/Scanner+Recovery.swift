extension Scanner {
    /// The number of lines after a stray quote that are searched for a row.
    private static let mostLinesBehind = 4
    /// A longer lookahead counts as far.
    static let farAhead = 64 << 10
    /// The number of stray quotes that are recovered from although their other end is far or missing: each costs a scan of that length.
    static let mostFarAhead = 64

    /// A line that is read by itself.
    struct Line {
        var fields: [FieldSpan]
        var problems: [RecordProblem]
        /// Where its bytes end, and where the next line begins.
        let end: Int
        let next: Int
    }

    /// The first line of a record, read by itself, where a stray quote has broken the record: one that is never closed
    /// and has swallowed what follows, or one within a quoted field. nil where the record is taken as it is.
    ///
    /// It counts as swallowed when one of the lines after it is a row. Only what is between the two
    /// ends is checked, so that it does not matter how the input is cut.
    ///
    /// - Parameter next: Where the next record begins; nil for a record that is too long, of which `end` is the limit.
    func recovered(
        _ input: Input, from start: Int, to end: Int, next: Int?, _ columns: Int, isBroken: Bool, count: Int, line: Int
    ) -> Line? {
        let firstEnd = lineEnd(input, start, end)
        guard firstEnd < end else {
            guard isBroken, let next, let fields = mended(input, start..<end, columns, line) else { return nil }
            return Line(fields: fields.fields, problems: fields.problems, end: end, next: next)
        }
        guard isBroken || count != columns else { return nil }
        let following = behind(input, firstEnd, end)
        // What is cut at the limit may continue with the other half of a line end.
        guard next != nil || following < end else { return nil }
        let mended = self.mended(input, start..<firstEnd, columns, line)
        // What is right but for its width may be a long note; a fixed line with all fields shows that it is not.
        guard isBroken || mended != nil else { return nil }
        guard hasRow(input, following..<end, columns, acceptsLess: mended != nil) else { return nil }
        let read = mended ?? split(input, start..<firstEnd, line, closes: false)
        return Line(fields: read.fields, problems: read.problems, end: firstEnd, next: following)
    }

    /// Whether one of the first lines is a row; or, which is enough after a line that could be fixed, a row with
    /// a stray quote, the beginning of one, or nothing at all.
    private func hasRow(_ input: Input, _ range: Range<Int>, _ columns: Int, acceptsLess: Bool) -> Bool {
        var (position, lines) = (range.lowerBound, 0)
        var isBlank = true
        while position < range.upperBound, lines < Self.mostLinesBehind {
            let stop = lineEnd(input, position, range.upperBound)
            if stop > position {
                isBlank = false
                let read = split(input, position..<stop, 0, closes: false)
                if read.fields.count == columns, read.problems.isEmpty || acceptsLess { return true }
                // `SN-1041,Paris,"line one`, with the other end of the quote on a later line.
                let isOpen = read.problems.count == 1 && read.problems[0].field == read.fields.count - 1
                if acceptsLess, isOpen, (2...columns).contains(read.fields.count) { return true }
            }
            position = behind(input, stop, range.upperBound)
            lines += 1
        }
        return isBlank && acceptsLess
    }

    private func lineEnd(_ input: Input, _ start: Int, _ end: Int) -> Int {
        (start..<end).first(where: input.isLineEnd) ?? end
    }

    private func behind(_ input: Input, _ lineEnd: Int, _ end: Int) -> Int {
        guard lineEnd < end else { return end }
        let isTwo = input.bytes[lineEnd] == 0x0D && lineEnd + 1 < end && input.bytes[lineEnd + 1] == 0x0A
        return lineEnd + (isTwo ? 2 : 1)
    }

    /// A line in which quotes are read so that it has as many fields as it should; nil when that cannot be.
    private func mended(
        _ input: Input, _ range: Range<Int>, _ columns: Int, _ line: Int
    ) -> (fields: [FieldSpan], problems: [RecordProblem])? {
        for closes in [true, false] {
            let read = split(input, range, line, closes: closes)
            if read.fields.count == columns, !read.problems.isEmpty { return read }
        }
        return nil
    }

    /// Splits a line by itself. Where a quoted field is not closed as it should be, its end is the next quote before a
    /// delimiter, or the opening quote is a character like any other.
    private func split(
        _ input: Input, _ range: Range<Int>, _ line: Int, closes: Bool
    ) -> (fields: [FieldSpan], problems: [RecordProblem]) {
        // The line is the whole input: what follows it is not checked.
        let scanner = Scanner(dialect: dialect, classes: classes, limit: limit, isFinal: true)
        let input = Input(bytes: input.bytes, table: input.table, end: range.upperBound)
        var finder = ByteFinder(input.bytes, end: input.end, from: range.lowerBound, dialect)
        var (fields, problems): ([FieldSpan], [RecordProblem]) = ([], [])
        var position = range.lowerBound
        while true {
            if dialect.skipsInitialSpace {
                while position < input.end, input.bytes[position] == 0x20 { position += 1 }
            }
            var field = FieldSpan(start: position)
            var (ignored, sawNUL) = (0, false)
            var rest = position
            if position < input.end, UInt16(input.bytes[position]) == classes.quote,
                let quoted = dialect.escape == .unescaped
                    ? scanner.scanUnescaped(input, from: position + 1, &finder, &ignored)
                    : scanner.scanQuoted(input, from: position + 1, &finder, &ignored)
            {
                sawNUL = quoted.sawNUL
                if quoted.isClosed, quoted.end + 1 == input.end || input.endsField(quoted.end + 1) {
                    field.flags = FieldSpan.quoted | (quoted.needsDecoding ? FieldSpan.needsDecoding : 0)
                    field.start = quoted.needsDecoding ? position : position + 1
                    rest = quoted.end + 1
                    field.end = quoted.needsDecoding ? rest : quoted.end
                } else if closes, let close = closing(input, from: position + 1) {
                    problems.append(RecordProblem(kind: .textAfterQuote, field: fields.count, line: line))
                    (field.flags, field.start, field.end) = (FieldSpan.quoted, position + 1, close)
                    rest = close + 1
                } else {
                    let kind: RecordProblem.Kind = quoted.isClosed ? .textAfterQuote : .unterminatedQuote
                    problems.append(RecordProblem(kind: kind, field: fields.count, line: line))
                }
            }
            guard let stop = scanner.scanUnquoted(input, from: rest, &finder, &ignored, &field, &sawNUL) else { break }
            if field.flags & FieldSpan.quoted == 0 { field.end = stop }
            if sawNUL { problems.append(RecordProblem(kind: .nulByte, field: fields.count, line: line)) }
            fields.append(field)
            guard stop < input.end else { break }
            position = stop + 1
        }
        return (fields, problems)
    }

    /// The next quote before a delimiter or at the end.
    private func closing(_ input: Input, from start: Int) -> Int? {
        (start..<input.end).first { index in
            UInt16(input.bytes[index]) == classes.quote && (index + 1 == input.end || input.endsField(index + 1))
        }
    }
}
