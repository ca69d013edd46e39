import SQLScript

/// The text of ALTER TABLE, taken apart: the parse tree does not say where its subcommands are.
enum AlterTableText {
    /// The subcommands as written; none where the text is not that of ALTER TABLE.
    static func commands(_ statement: ScriptStatement) -> [String] {
        let bytes = Array(statement.text.utf8)
        let tokens = statement.tokens.filter { !$0.isComment }
        func word(_ index: Int) -> String {
            tokens.indices.contains(index)
                ? String(decoding: bytes[tokens[index].range], as: UTF8.self).lowercased() : ""
        }
        guard word(0) == "alter" else { return [] }
        var index = ["materialized", "foreign"].contains(word(1)) ? 3 : 2
        if word(index) == "if", word(index + 1) == "exists" { index += 2 }
        if word(index) == "only" { index += 1 }
        index += 1
        while word(index) == "." { index += 2 }
        if word(index) == "*" { index += 1 }
        guard index < tokens.count else { return [] }

        var found: [String] = []
        var depth = 0
        var start = index
        for place in index..<tokens.count {
            switch tokens[place].kind {
            case .openParenthesis: depth += 1
            case .closeParenthesis: depth -= 1
            case .symbol where depth == 0 && bytes[tokens[place].range.lowerBound] == UInt8(ascii: ","):
                found.append(text(bytes, tokens[start..<place]))
                start = place + 1
            default: break
            }
        }
        found.append(text(bytes, tokens[start..<tokens.count]))
        return found
    }

    /// From the first token to the last, as written but for line breaks.
    private static func text(_ bytes: [UInt8], _ tokens: ArraySlice<Token>) -> String {
        guard let first = tokens.first, let last = tokens.last else { return "" }
        return String(decoding: bytes[first.range.lowerBound..<last.range.upperBound], as: UTF8.self)
            .split(whereSeparator: \.isNewline).map { $0.drop(while: \.isWhitespace) }.joined(separator: " ")
    }
}
