/// One statement of a script.
package struct ScriptStatement: Sendable, Equatable {
    /// Which one in its script, from 1.
    package let ordinal: Int
    /// Where it begins.
    package let position: ScriptPosition
    /// The bytes of ``text`` in the script.
    package let range: Range<Int>
    /// The script, which all its statements share.
    let script: [UInt8]
    /// The comments between the statement before and this one, without their marks and the white space around.
    package let comments: [ScriptComment]

    /// The statement as written, without the comments before it and the semicolon after it.
    package var text: String { String(decoding: script[range], as: UTF8.self) }

    /// The statement's tokens without comments, separated by one blank each: equal for statements that differ in
    /// comments and white space only.
    package var normalized: String {
        var words: [UInt8] = []
        words.reserveCapacity(range.count)
        for token in tokens where !token.isComment {
            if !words.isEmpty { words.append(UInt8(ascii: " ")) }
            words += script[token.range.lowerBound + range.lowerBound..<token.range.upperBound + range.lowerBound]
        }
        return String(decoding: words, as: UTF8.self)
    }

    /// The key words and identifiers without quotes, in upper case: what is known of a statement that cannot be parsed.
    package var words: [String] {
        let bytes = Array(text.utf8)
        return tokens.filter { $0.kind == .word }.map { String(decoding: bytes[$0.range], as: UTF8.self).uppercased() }
    }

    /// The statement's tokens; offsets count from the statement's first byte.
    package var tokens: [Token] {
        var lexer = Lexer(script, from: range.lowerBound, to: range.upperBound)
        var found: [Token] = []
        // The text was read by this lexer before, so nothing in it is unterminated.
        while let token = try? lexer.next() {
            let place = token.range.lowerBound - range.lowerBound..<token.range.upperBound - range.lowerBound
            found.append(Token(kind: token.kind, range: place))
        }
        return found
    }

    /// Whether two statements are the same text at the same place of their scripts.
    package static func == (left: ScriptStatement, right: ScriptStatement) -> Bool {
        left.ordinal == right.ordinal && left.position == right.position && left.range == right.range
            && left.comments == right.comments && left.script[left.range] == right.script[right.range]
    }
}

/// A comment of a script.
package struct ScriptComment: Sendable, Equatable {
    /// The text without `--` or `/* */`, trimmed.
    package let text: String
    /// Where it begins.
    package let position: ScriptPosition
}
