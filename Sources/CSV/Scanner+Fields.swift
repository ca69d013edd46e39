extension Scanner {
    /// Finds the quote that closes a field whose opening quote is passed; nil when that needs more bytes.
    ///
    /// At the end of the file an open quote ends there.
    @inline(__always)
    func scanQuoted(
        _ input: Input, from start: Int, _ finder: inout ByteFinder, _ line: inout Int
    ) -> (end: Int, isClosed: Bool, needsDecoding: Bool, sawNUL: Bool)? {
        let (bytes, end) = (input.bytes, input.end)
        let table = input.table + 256
        var (needsDecoding, sawNUL) = (false, false)
        var index = start
        while true {
            index = finder.next(from: index)
            guard index < end else { return isFinal ? (end, false, needsDecoding, sawNUL) : nil }
            switch table[Int(bytes[index])] {
            case ByteClasses.plain: index += 1
            case ByteClasses.closing:
                guard index + 1 < end else { return isFinal ? (index, true, needsDecoding, sawNUL) : nil }
                guard bytes[index + 1] == bytes[index] else { return (index, true, needsDecoding, sawNUL) }
                needsDecoding = true
                index += 2
            case ByteClasses.lineFeed:
                line += 1
                index += 1
            case ByteClasses.carriageReturn:
                guard let next = endOfLine(input, index) else { return nil }
                line += 1
                index = next
            case ByteClasses.nul:
                sawNUL = true
                index += 1
            default:
                guard let next = passEscape(input, index, &line) else { return nil }
                needsDecoding = true
                index = next
            }
        }
    }

    /// The same where quotes within a field are not escaped: the one before a delimiter or a line end closes it.
    @inline(never)
    func scanUnescaped(
        _ input: Input, from start: Int, _ finder: inout ByteFinder, _ line: inout Int
    ) -> (end: Int, isClosed: Bool, needsDecoding: Bool, sawNUL: Bool)? {
        let table = input.table + 256
        var sawNUL = false
        var index = start
        while true {
            index = finder.next(from: index)
            guard index < input.end else { return isFinal ? (input.end, false, false, sawNUL) : nil }
            switch table[Int(input.bytes[index])] {
            case ByteClasses.closing:
                guard index + 1 < input.end else { return isFinal ? (index, true, false, sawNUL) : nil }
                if input.endsField(index + 1) { return (index, true, false, sawNUL) }
                index += 1
            case ByteClasses.lineFeed, ByteClasses.carriageReturn:
                guard let next = endOfLine(input, index) else { return nil }
                line += 1
                index = next
            default:
                if input.bytes[index] == 0 { sawNUL = true }
                index += 1
            }
        }
    }

    /// Finds the delimiter or the line end after an unquoted field, or the end of the buffer; nil when that needs
    /// more bytes.
    ///
    /// A quote here is a character like any other.
    @inline(__always)
    func scanUnquoted(
        _ input: Input, from start: Int, _ finder: inout ByteFinder, _ line: inout Int, _ field: inout FieldSpan,
        _ sawNUL: inout Bool
    ) -> Int? {
        let (bytes, end, table) = (input.bytes, input.end, input.table)
        var index = start
        while true {
            index = finder.next(from: index)
            guard index < end else { return isFinal ? end : nil }
            switch table[Int(bytes[index])] {
            case ByteClasses.plain: index += 1
            case ByteClasses.nul:
                sawNUL = true
                index += 1
            case ByteClasses.escape:
                guard let next = passEscape(input, index, &line) else { return nil }
                field.flags |= FieldSpan.needsDecoding
                index = next
            default:
                return index
            }
        }
    }

    /// The byte after a backslash and what it escapes; an escaped line end counts as a line.
    private func passEscape(_ input: Input, _ index: Int, _ line: inout Int) -> Int? {
        guard index + 1 < input.end else { return isFinal ? index + 1 : nil }
        guard input.isLineEnd(index + 1) else { return index + 2 }
        guard endOfLine(input, index + 1) != nil else { return nil }
        // The LF of an escaped CRLF is what follows, and is counted there.
        let isFirstOfTwo = input.bytes[index + 1] == 0x0D && index + 2 < input.end && input.bytes[index + 2] == 0x0A
        if !isFirstOfTwo { line += 1 }
        return index + 2
    }
}
