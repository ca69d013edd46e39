/// Splits a script into its statements.
///
/// A semicolon ends a statement unless it is in a string, a comment, parentheses (`CREATE RULE … DO (…; …)`) or the
/// body of an SQL-standard function (`BEGIN ATOMIC … END`). Where such a body ends is for PostgreSQL's grammar to say; only
/// where that refuses the statement, its words are counted as psql does.
package struct Splitter: Sendable {
    private let bytes: [UInt8]
    private let lines: LineMap
    private var lexer: Lexer
    /// How many statements were found.
    private var count = 0
    /// The bytes that are validated at once.
    private static let portion = 1 << 20
    /// How many semicolons after the counted end of a body are tried.
    private static let farthest = 100

    /// Reads a script; a byte order mark at its head is skipped.
    ///
    /// - Throws: ``ScriptError`` with ``ScriptError/Problem/notUTF8``.
    package init(_ bytes: [UInt8]) throws {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        lines = LineMap(self.bytes)
        lexer = Lexer(self.bytes)
        var start = 0
        while start < self.bytes.count {
            var end = min(start + Self.portion, self.bytes.count)
            // Not within a character; where more than three bytes continue one, it is not UTF-8 anyway.
            for _ in 0..<3 where end < self.bytes.count && self.bytes[end] & 0xC0 == 0x80 { end -= 1 }
            guard String(validating: self.bytes[start..<end], as: UTF8.self) != nil else {
                let place = start + Self.firstInvalid(self.bytes[start...])
                throw ScriptError(.notUTF8, at: lines.position(at: place))
            }
            start = end
        }
    }

    /// The statements in order.
    ///
    /// - Throws: ``ScriptError``.
    package func statements() throws -> [ScriptStatement] {
        var reader = self
        return try reader.next(.max)
    }

    /// The next statements, at most that many; none at the end.
    ///
    /// - Throws: ``ScriptError``.
    package mutating func next(_ limit: Int) throws -> [ScriptStatement] {
        var found: [ScriptStatement] = []
        while found.count < limit, let statement = try next() { found.append(statement) }
        return found
    }

    private mutating func next() throws -> ScriptStatement? {
        var open = OpenStatement()
        // Where the statement ends if its words are counted, and how many semicolons were tried since.
        var counted: (open: OpenStatement, lexer: Lexer)?
        var tried = 0
        while let token = try lexer.next() {
            switch token.kind {
            case .lineComment, .blockComment:
                if open.range == nil { open.comments.append(comment(token)) }
                continue
            case .backslash:
                if let counted { return resume(counted) }
                throw ScriptError(.metaCommand(metaCommand(at: token.range.lowerBound)), at: position(token))
            case .semicolon where open.parentheses.isEmpty && open.hasAtomicBody:
                if let range = open.range, Parser.accepts(String(decoding: bytes[range], as: UTF8.self)) {
                    return finish(open)
                }
                if open.bodyDepth == 0, counted == nil { counted = (open, lexer) }
                if let counted {
                    tried += 1
                    if tried > Self.farthest { return resume(counted) }
                }
            case .semicolon where open.parentheses.isEmpty:
                if let statement = finish(open) { return statement }
                open = OpenStatement()
                continue
            case .openParenthesis: open.parentheses.append(token)
            case .closeParenthesis:
                if open.parentheses.popLast() == nil {
                    if let counted { return resume(counted) }
                    throw ScriptError(.unopenedParenthesis, at: position(token))
                }
            default: break
            }
            if open.parentheses.isEmpty { open.note(token, bytes[token.range]) }
            open.range = (open.range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
        }
        if let counted, !(open.range.map { Parser.accepts(String(decoding: bytes[$0], as: UTF8.self)) } ?? false) {
            return resume(counted)
        }
        if let unclosed = open.parentheses.last { throw ScriptError(.unclosedParenthesis, at: position(unclosed)) }
        return finish(open)
    }

    /// Ends a statement where its words say so, and reads on from there.
    private mutating func resume(_ counted: (open: OpenStatement, lexer: Lexer)) -> ScriptStatement? {
        lexer = counted.lexer
        return finish(counted.open)
    }

    private mutating func finish(_ open: OpenStatement) -> ScriptStatement? {
        guard let range = open.range else { return nil }
        count += 1
        return ScriptStatement(
            ordinal: count, position: lines.position(at: range.lowerBound), range: range, script: bytes,
            comments: open.comments)
    }

    private func position(_ token: Token) -> ScriptPosition { lines.position(at: token.range.lowerBound) }

    private func comment(_ token: Token) -> ScriptComment {
        var body = bytes[token.range].dropFirst(2).dropLast(token.kind == .blockComment ? 2 : 0)
        while let first = body.first, first.isSQLSpace { body.removeFirst() }
        while let last = body.last, last.isSQLSpace { body.removeLast() }
        return ScriptComment(text: String(decoding: body, as: UTF8.self), position: position(token))
    }

    /// The command of psql as written: a backslash and what follows it up to white space.
    private func metaCommand(at offset: Int) -> String {
        let rest = bytes[(offset + 1)...].prefix { !$0.isSQLSpace }
        return "\\" + String(decoding: rest.prefix(20), as: UTF8.self)
    }

    private static func firstInvalid(_ bytes: ArraySlice<UInt8>) -> Int {
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        var offset = 0
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        return offset
    }
}

/// What is known of the statement that is being read.
private struct OpenStatement {
    /// From the first token to the last.
    var range: Range<Int>?
    var comments: [ScriptComment] = []
    var parentheses: [Token] = []
    /// How deep the reader is in `BEGIN ATOMIC` and the `CASE`s within.
    var bodyDepth = 0
    /// Whether the statement has a body that begins with `BEGIN ATOMIC`.
    var hasAtomicBody = false
    /// The first words, as far as they can be those of CREATE [OR REPLACE] FUNCTION or PROCEDURE.
    private var head: [String] = []
    private var createsRoutine = false
    private var previous = ""

    /// Takes the next token outside of parentheses.
    mutating func note(_ token: Token, _ bytes: ArraySlice<UInt8>) {
        guard createsRoutine || head.count < 4 else { return }
        guard token.kind == .word else {
            previous = token.kind == .symbol ? String(decoding: bytes, as: UTF8.self) : ""
            return
        }
        let word = String(decoding: bytes, as: UTF8.self).lowercased()
        defer { previous = word }
        if head.count < 4 {
            head.append(word)
            let rest = head.dropFirst(head.count > 2 && head[1] == "or" ? 3 : 1)
            createsRoutine = head[0] == "create" && (rest.first == "function" || rest.first == "procedure")
        }
        // After a dot or AS a key word is a name.
        guard createsRoutine, previous != ".", previous != "as" else { return }
        switch word {
        case "atomic" where previous == "begin":
            hasAtomicBody = true
            bodyDepth += 1
        case "case" where bodyDepth > 0: bodyDepth += 1
        case "end" where bodyDepth > 0: bodyDepth -= 1
        default: break
        }
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { UTF8.encode(scalar)?.count ?? 0 }
}
