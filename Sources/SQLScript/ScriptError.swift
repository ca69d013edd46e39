/// What makes a script unreadable as a series of SQL statements.
package struct ScriptError: Error, Sendable, Equatable {
    /// The kinds of error.
    package enum Problem: Sendable, Equatable {
        /// A quote, a comment or a dollar quote that is never closed; what it is, as a person would call it.
        case unterminated(String)
        /// A closing parenthesis without an opening one.
        case unopenedParenthesis
        /// An opening parenthesis that is never closed before the text ends.
        case unclosedParenthesis
        /// A command of psql, such as `\i` or `\gexec`, which only psql knows; the command as written.
        case metaCommand(String)
        /// A NUL byte.
        case nulByte
        /// The text is not UTF-8.
        case notUTF8
    }

    /// What is wrong.
    package let problem: Problem
    /// Where it begins.
    package let position: ScriptPosition

    /// Makes an error.
    package init(_ problem: Problem, at position: ScriptPosition) {
        self.problem = problem
        self.position = position
    }
}
