extension Scanner {
    /// Scans one record: appends its fields and its problems, and counts the lines that it takes.
    ///
    /// When the record does not end within the buffer, what was appended is of no use.
    func scanRecord(
        _ input: Input, from start: Int, _ finder: inout ByteFinder, _ line: inout Int, _ fields: inout FieldList,
        _ problems: inout [RecordProblem]
    ) -> Ending {
        let firstField = fields.count
        let (skipsSpace, isUnescaped) = (dialect.skipsInitialSpace, dialect.escape == .unescaped)
        var position = start
        while true {
            if !skipsSpace {
                position = finder.passPlainFields(from: position, into: &fields)
            } else {
                while position < input.end, input.bytes[position] == 0x20 { position += 1 }
            }
            var field = FieldSpan(start: position)
            var sawNUL = false
            var rest = position
            if position < input.end, UInt16(input.bytes[position]) == classes.quote {
                let opened = line
                let found =
                    isUnescaped
                    ? scanUnescaped(input, from: position + 1, &finder, &line)
                    : scanQuoted(input, from: position + 1, &finder, &line)
                guard let quoted = found else { return .open }
                sawNUL = quoted.sawNUL
                rest = quoted.isClosed ? quoted.end + 1 : quoted.end
                let hasText = rest < input.end && !input.endsField(rest)
                if !quoted.isClosed {
                    problems.append(.init(kind: .unterminatedQuote, field: fields.count - firstField, line: opened))
                }
                if hasText {
                    problems.append(.init(kind: .textAfterQuote, field: fields.count - firstField, line: line))
                }
                // Directly after the closing quote nothing is escaped.
                if hasText, input.table[Int(input.bytes[rest])] == ByteClasses.escape { rest += 1 }
                field.flags = FieldSpan.quoted
                if quoted.needsDecoding || hasText {
                    field.flags |= FieldSpan.needsDecoding
                    field.end = rest
                } else {
                    field.start = position + 1
                    field.end = quoted.end
                }
            }
            guard let stop = scanUnquoted(input, from: rest, &finder, &line, &field, &sawNUL) else { return .open }
            // Nothing follows the closing quote of a sound quoted field, and its end leaves the quote out.
            if stop > rest || field.flags & FieldSpan.quoted == 0 { field.end = stop }
            if sawNUL { problems.append(.init(kind: .nulByte, field: fields.count - firstField, line: line)) }
            fields.append(field)
            if stop == input.end { return isFinal ? .at(stop, next: stop) : .open }
            if input.isLineEnd(stop) {
                guard let next = endOfLine(input, stop) else { return .open }
                line += 1
                return .at(stop, next: next)
            }
            position = stop + 1
        }
    }
}
