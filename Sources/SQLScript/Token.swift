/// A lexical element of SQL, with its bytes.
package struct Token: Sendable, Equatable {
    /// The kinds that a reader of scripts distinguishes.
    package enum Kind: Sendable, Equatable {
        /// `-- …` to the end of its line, without the line break.
        case lineComment
        /// `/* … */`, nested ones included.
        case blockComment
        /// A key word or an identifier without quotes.
        case word
        /// An identifier in double quotes, `U&"…"` included.
        case quotedIdentifier
        /// A string constant of any form: `'…'`, `E'…'`, `U&'…'`, `B'…'`, `X'…'`, `$tag$…$tag$`.
        case string
        /// A number.
        case number
        /// `$1`
        case parameter
        /// `;`
        case semicolon
        /// `(`
        case openParenthesis
        /// `)`
        case closeParenthesis
        /// `\`, which SQL does not know outside strings: a command of psql begins.
        case backslash
        /// Any other character: operators, commas, brackets.
        case symbol
    }

    /// The kind.
    package let kind: Kind
    /// Offsets in the script's bytes.
    package let range: Range<Int>

    /// Whether the token is not part of a statement's meaning.
    package var isComment: Bool { kind == .lineComment || kind == .blockComment }
}
