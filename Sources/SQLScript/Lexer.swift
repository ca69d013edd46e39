/// Reads SQL text token by token, by the rules of PostgreSQL's own scanner ("PostgreSQL 15 docs, 4.1", `scan.l`), with
/// `standard_conforming_strings` on.
package struct Lexer: Sendable {
    let bytes: [UInt8]
    /// The offset of the next byte to read.
    private(set) var offset: Int
    private let end: Int

    /// Makes a lexer of a part of a text.
    package init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
        self.bytes = bytes
        offset = start
        self.end = end ?? bytes.count
    }

    /// The next token, nil at the end. White space is skipped.
    ///
    /// - Throws: ``ScriptError`` for a quote or comment that is not closed, and for a NUL byte.
    package mutating func next() throws -> Token? {
        while offset < end, bytes[offset].isSQLSpace { offset += 1 }
        guard offset < end else { return nil }
        let start = offset
        let kind = try scan(bytes[start])
        return Token(kind: kind, range: start..<offset)
    }

    private mutating func scan(_ byte: UInt8) throws -> Token.Kind {
        switch byte {
        case UInt8(ascii: ";"): return single(.semicolon)
        case UInt8(ascii: "("): return single(.openParenthesis)
        case UInt8(ascii: ")"): return single(.closeParenthesis)
        case UInt8(ascii: "\\"): return single(.backslash)
        case UInt8(ascii: "-") where peek(1) == UInt8(ascii: "-"): return lineComment()
        case UInt8(ascii: "/") where peek(1) == UInt8(ascii: "*"): return try blockComment()
        case UInt8(ascii: "'"): return try string(prefix: 0, escapes: false)
        case UInt8(ascii: "\""): return try quotedIdentifier(prefix: 0)
        case UInt8(ascii: "$"): return try dollar()
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return number()
        case 0: throw ScriptError(.nulByte, at: position(offset))
        default: return byte.startsIdentifier ? try word(byte | 0x20) : single(.symbol)
        }
    }

    /// A word, or the string or quoted identifier that its first letters introduce.
    private mutating func word(_ lowercased: UInt8) throws -> Token.Kind {
        switch (lowercased, peek(1)) {
        case (UInt8(ascii: "e"), UInt8(ascii: "'")): return try string(prefix: 1, escapes: true)
        case (UInt8(ascii: "b"), UInt8(ascii: "'")), (UInt8(ascii: "x"), UInt8(ascii: "'")),
            (UInt8(ascii: "n"), UInt8(ascii: "'")):
            return try string(prefix: 1, escapes: false)
        case (UInt8(ascii: "u"), UInt8(ascii: "&")):
            if peek(2) == UInt8(ascii: "'") { return try string(prefix: 2, escapes: false) }
            if peek(2) == UInt8(ascii: "\"") { return try quotedIdentifier(prefix: 2) }
        default: break
        }
        while offset < end, bytes[offset].continuesIdentifier { offset += 1 }
        return .word
    }

    private mutating func number() -> Token.Kind {
        while offset < end, bytes[offset].continuesNumber { offset += 1 }
        return .number
    }

    private mutating func single(_ kind: Token.Kind) -> Token.Kind {
        offset += 1
        return kind
    }

    private mutating func lineComment() -> Token.Kind {
        while offset < end, bytes[offset] != .lineFeed, bytes[offset] != .carriageReturn { offset += 1 }
        return .lineComment
    }

    private mutating func blockComment() throws -> Token.Kind {
        let start = offset
        var depth = 0
        while offset + 1 < end {
            if bytes[offset] == UInt8(ascii: "/"), bytes[offset + 1] == UInt8(ascii: "*") {
                depth += 1
                offset += 2
            } else if bytes[offset] == UInt8(ascii: "*"), bytes[offset + 1] == UInt8(ascii: "/") {
                depth -= 1
                offset += 2
                if depth == 0 { return .blockComment }
            } else {
                offset += 1
            }
        }
        throw ScriptError(.unterminated("comment"), at: position(start))
    }

    private mutating func quotedIdentifier(prefix: Int) throws -> Token.Kind {
        let start = offset
        offset += prefix + 1
        while offset < end {
            if bytes[offset] == UInt8(ascii: "\"") {
                if peek(1) != UInt8(ascii: "\"") {
                    offset += 1
                    return .quotedIdentifier
                }
                offset += 1
            }
            offset += 1
        }
        throw ScriptError(.unterminated("quoted identifier"), at: position(start))
    }

    private mutating func string(prefix: Int, escapes: Bool) throws -> Token.Kind {
        let start = offset
        offset += prefix + 1
        while offset < end {
            if escapes, bytes[offset] == UInt8(ascii: "\\") {
                offset += 2
                continue
            }
            if bytes[offset] != UInt8(ascii: "'") {
                offset += 1
                continue
            }
            offset += 1
            if offset < end, bytes[offset] == UInt8(ascii: "'") {
                offset += 1
            } else if let next = continuation() {
                offset = next
            } else {
                return .string
            }
        }
        throw ScriptError(.unterminated("string"), at: position(start))
    }

    /// Where a string continues after a line break ("PostgreSQL 15 docs, 4.1.2.1"): it keeps its form,
    /// so that in `E'a'` and then `'b\''` the backslash still escapes.
    private func continuation() -> Int? {
        var index = offset
        var hasLineBreak = false
        while index < end {
            if bytes[index] == UInt8(ascii: "'") { return hasLineBreak ? index + 1 : nil }
            if bytes[index] == UInt8(ascii: "-"), index + 1 < end, bytes[index + 1] == UInt8(ascii: "-") {
                while index < end, bytes[index] != .lineFeed, bytes[index] != .carriageReturn { index += 1 }
                continue
            }
            guard bytes[index].isSQLSpace else { return nil }
            if bytes[index] == .lineFeed || bytes[index] == .carriageReturn { hasLineBreak = true }
            index += 1
        }
        return nil
    }

    /// `$1`, `$tag$ … $tag$`, or a stray dollar.
    private mutating func dollar() throws -> Token.Kind {
        let start = offset
        var index = offset + 1
        if index < end, bytes[index].isDigit {
            while index < end, bytes[index].isDigit { index += 1 }
            offset = index
            return .parameter
        }
        if index < end, bytes[index].startsIdentifier {
            while index < end, bytes[index].continuesIdentifier, bytes[index] != UInt8(ascii: "$") { index += 1 }
        }
        guard index < end, bytes[index] == UInt8(ascii: "$") else { return single(.symbol) }
        let tag = bytes[start...index]
        offset = index + 1
        while offset + tag.count <= end {
            if bytes[offset] == UInt8(ascii: "$"), bytes[offset..<offset + tag.count].elementsEqual(tag) {
                offset += tag.count
                return .string
            }
            offset += 1
        }
        throw ScriptError(
            .unterminated("dollar-quoted string \(String(decoding: tag, as: UTF8.self))"), at: position(start))
    }

    private func peek(_ distance: Int) -> UInt8? {
        offset + distance < end ? bytes[offset + distance] : nil
    }

    private func position(_ offset: Int) -> ScriptPosition { LineMap(bytes).position(at: offset) }
}

extension UInt8 {
    /// White space as PostgreSQL's scanner has it: blank, tab, LF, CR, FF; and VT, which it knows since 16.
    var isSQLSpace: Bool { self == 0x20 || (0x09...0x0D).contains(self) }
    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// A letter, an underscore or any byte of a character beyond ASCII.
    var startsIdentifier: Bool {
        self >= 0x80 || self == UInt8(ascii: "_") || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20)
    }
    var continuesIdentifier: Bool { startsIdentifier || isDigit || self == UInt8(ascii: "$") }
    /// Digits, the point, an exponent's letter, and what 16 allows besides: `0x1F`, `1_000`.
    var continuesNumber: Bool { isDigit || startsIdentifier && self < 0x80 || self == UInt8(ascii: ".") }
}
