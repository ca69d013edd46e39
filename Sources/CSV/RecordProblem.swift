/// Something wrong with a record that was read nevertheless. The caller decides whether it is rejected.
public struct RecordProblem: Sendable, Equatable {
    /// What is wrong.
    public enum Kind: Sendable, Equatable {
        /// There is text between a closing quote and the next delimiter; it is taken as part of the field.
        case textAfterQuote
        /// The file ends within a quoted field; the field is all that follows the quote.
        case unterminatedQuote
        /// A NUL byte, which PostgreSQL's text cannot hold; it is kept.
        case nulByte
        /// The record is longer than this many bytes. It has no fields, and reading continued at the next line end.
        case tooLong(limit: Int)
    }

    /// What is wrong.
    public var kind: Kind
    /// The index of the field, from 0.
    public var field: Int
    /// The physical line, from 1: where the quote was opened, where the record begins when it is too long.
    public var line: Int

    /// Makes a problem.
    public init(kind: Kind, field: Int, line: Int) {
        self.kind = kind
        self.field = field
        self.line = line
    }
}
