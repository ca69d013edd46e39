/// The tokens of a PL/pgSQL body without its comments, and what follows from them alone.
struct PLpgSQLWords: Sendable {
    /// A token with its text: folded where it is a word, without quotes where it is a quoted name.
    struct Word: Sendable {
        let kind: Token.Kind
        let range: Range<Int>
        let text: String

        /// Whether it is a name, quoted or not.
        var isName: Bool { kind == .word || kind == .quotedIdentifier }
        /// Whether it is a word of the language.
        func `is`(_ keyword: String) -> Bool { kind == .word && text == keyword }
        /// Whether it is a sign.
        func isSign(_ sign: String) -> Bool { kind != .word && kind != .quotedIdentifier && text == sign }
    }

    /// A statement that ends a call, or adds to its rows.
    struct Return: Sendable {
        enum Kind: Sendable { case plain, next, query }
        let kind: Kind
        /// Whether nothing follows it.
        let isBare: Bool
    }

    let bytes: [UInt8]
    let words: [Word]

    /// Reads a body; nil where it has a quote or a comment that is not closed.
    init?(_ body: String) {
        bytes = Array(body.utf8)
        var words: [Word] = []
        var lexer = Lexer(bytes)
        do {
            while let token = try lexer.next() {
                let text = String(decoding: bytes[token.range], as: UTF8.self)
                switch token.kind {
                case .lineComment, .blockComment: continue
                case .word: words.append(Word(kind: .word, range: token.range, text: text.lowercased()))
                case .quotedIdentifier:
                    let name = text.dropFirst().dropLast().replacing("\"\"", with: "\"")
                    words.append(Word(kind: .quotedIdentifier, range: token.range, text: String(name)))
                default: words.append(Word(kind: token.kind, range: token.range, text: text))
                }
            }
        } catch {
            return nil
        }
        self.words = words
    }

    subscript(_ index: Int) -> Word? { words.indices.contains(index) ? words[index] : nil }

    /// Whether a statement of the body begins at a word.
    func beginsStatement(_ index: Int) -> Bool {
        guard let before = self[index - 1] else { return true }
        return before.kind == .semicolon || before.isSign(">")
            || ["then", "else", "loop", "begin"].contains { before.is($0) }
    }

    /// The index of the semicolon that ends the statement at a word.
    func end(from index: Int) -> Int? { words[index...].firstIndex { $0.kind == .semicolon } }

    /// Each RETURN.
    var returns: [Return] {
        words.indices.compactMap { index in
            guard words[index].is("return"), beginsStatement(index), let next = self[index + 1] else { return nil }
            if next.is("next") { return Return(kind: .next, isBare: self[index + 2]?.kind == .semicolon) }
            if next.is("query") { return Return(kind: .query, isBare: false) }
            return Return(kind: .plain, isBare: next.kind == .semicolon)
        }
    }

    /// Whether a name is that of a variable, of a loop or of a label: what can have a field, or qualify a variable.
    func declares(_ name: String) -> Bool {
        words.indices.contains { index in
            guard words[index].isName, words[index].text == name, let before = self[index - 1] else { return false }
            if before.is("for") || before.is("foreach") || before.isSign("<") { return true }
            guard before.is("declare") || before.kind == .semicolon, let after = self[index + 1] else { return false }
            return after.isName
        }
    }

    /// Whether a name is declared as a cursor with its query.
    func isCursor(_ name: String) -> Bool {
        words.indices.contains { index in
            guard words[index].text == name, words[index].isName else { return false }
            return words[(index + 1)...].prefix(3).contains { $0.is("cursor") }
        }
    }
}
