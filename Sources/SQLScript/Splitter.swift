/// Splits a script into its statements.
///
/// A semicolon ends a statement unless it stands in a string, a comment, parentheses (`CREATE RULE … DO (…; …)`) or the
/// body of an SQL-standard function (`BEGIN ATOMIC … END`); the last is told as psql tells it.
public struct Splitter: Sendable {
    private let bytes: [UInt8]
    private let lines: LineMap

    /// Reads a script; a byte order mark at its head is passed over.
    ///
    /// - Throws: ``ScriptError`` with ``ScriptError/Problem/notUTF8``.
    public init(_ bytes: [UInt8]) throws {
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        lines = LineMap(self.bytes)
        guard String(validating: self.bytes, as: UTF8.self) != nil else {
            throw ScriptError(.notUTF8, at: lines.position(at: Self.firstInvalid(self.bytes)))
        }
    }

    /// The statements in order.
    ///
    /// - Throws: ``ScriptError``.
    public func statements() throws -> [ScriptStatement] {
        var lexer = Lexer(bytes)
        var found: [ScriptStatement] = []
        var open = OpenStatement()
        while let token = try lexer.next() {
            switch token.kind {
            case .lineComment, .blockComment:
                if open.range == nil { open.comments.append(comment(token)) }
                continue
            case .backslash:
                throw ScriptError(.metaCommand(metaCommand(at: token.range.lowerBound)), at: position(token))
            case .semicolon where open.parentheses.isEmpty && open.bodyDepth == 0:
                if let statement = close(open, ordinal: found.count + 1) { found.append(statement) }
                open = OpenStatement()
                continue
            case .openParenthesis: open.parentheses.append(token)
            case .closeParenthesis:
                if open.parentheses.popLast() == nil { throw ScriptError(.unopenedParenthesis, at: position(token)) }
            case .word where open.parentheses.isEmpty: open.note(word: bytes[token.range])
            default: break
            }
            open.range = (open.range?.lowerBound ?? token.range.lowerBound)..<token.range.upperBound
        }
        if let unclosed = open.parentheses.last { throw ScriptError(.unclosedParenthesis, at: position(unclosed)) }
        if let statement = close(open, ordinal: found.count + 1) { found.append(statement) }
        return found
    }

    private func close(_ open: OpenStatement, ordinal: Int) -> ScriptStatement? {
        guard let range = open.range else { return nil }
        return ScriptStatement(
            ordinal: ordinal, text: String(decoding: bytes[range], as: UTF8.self),
            position: lines.position(at: range.lowerBound), range: range, comments: open.comments)
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

    private static func firstInvalid(_ bytes: [UInt8]) -> Int {
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
    /// The first words, as far as they can be those of CREATE [OR REPLACE] FUNCTION or PROCEDURE.
    private var head: [String] = []
    private var createsRoutine = false
    private var previous = ""

    mutating func note(word bytes: ArraySlice<UInt8>) {
        guard createsRoutine || head.count < 4 else { return }
        let word = String(decoding: bytes, as: UTF8.self).lowercased()
        defer { previous = word }
        if head.count < 4 {
            head.append(word)
            let rest = head.dropFirst(head.count > 2 && head[1] == "or" ? 3 : 1)
            createsRoutine = head[0] == "create" && (rest.first == "function" || rest.first == "procedure")
        }
        guard createsRoutine else { return }
        switch word {
        case "atomic" where previous == "begin": bodyDepth += 1
        case "case" where bodyDepth > 0: bodyDepth += 1
        case "end" where bodyDepth > 0: bodyDepth -= 1
        default: break
        }
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { UTF8.encode(scalar)?.count ?? 0 }
}
