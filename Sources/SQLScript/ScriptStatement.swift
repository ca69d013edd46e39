/// One statement of a script.
public struct ScriptStatement: Sendable, Equatable {
    /// Which one in its script, from 1.
    public let ordinal: Int
    /// The statement as written, without the comments before it and the semicolon behind it.
    public let text: String
    /// Where it begins.
    public let position: ScriptPosition
    /// The bytes of ``text`` in the script.
    public let range: Range<Int>
    /// The comments between the statement before and this one, without their marks and the white space around.
    public let comments: [ScriptComment]

    /// The statement's tokens without comments, separated by one blank each: equal for statements that differ in
    /// comments and white space only.
    public var normalized: String {
        let bytes = Array(text.utf8)
        return tokens.filter { !$0.isComment }.map { String(decoding: bytes[$0.range], as: UTF8.self) }
            .joined(separator: " ")
    }

    /// The key words and identifiers without quotes, in upper case: what is known of a statement that cannot be parsed.
    public var words: [String] {
        let bytes = Array(text.utf8)
        return tokens.filter { $0.kind == .word }.map { String(decoding: bytes[$0.range], as: UTF8.self).uppercased() }
    }

    /// The statement's tokens; offsets count from the statement's first byte.
    public var tokens: [Token] {
        var lexer = Lexer(Array(text.utf8))
        var found: [Token] = []
        // The text was read by this lexer before, so nothing in it is unterminated.
        while let token = try? lexer.next() { found.append(token) }
        return found
    }
}

/// A comment of a script.
public struct ScriptComment: Sendable, Equatable {
    /// The text without `--` or `/* */`, trimmed.
    public let text: String
    /// Where it begins.
    public let position: ScriptPosition
}
