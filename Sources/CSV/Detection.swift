/// What a sample of a file says about its dialect.
public struct Detection: Sendable, Equatable {
    /// The dialect that fits best.
    public var dialect: Dialect
    /// How surely, from 0 (a guess) to 1; below 0.5 a person should be asked.
    public var confidence: Double
    /// Whether the file begins with a byte order mark.
    public var hasByteOrderMark: Bool
    /// How many lines of the sample end in which way.
    public var lineEndings: [LineEnding: Int]
    /// The number of fields that most records of the sample have.
    public var columns: Int
    /// The records before the table: a title, the date of a report, rows that are empty but for a cell.
    public var leadingRecords = 0
    /// The encodings that the file may be in, where the one of the dialect is a guess; empty where it is certain.
    public var encodings: [EncodingChoice] = []

    /// The number of fields, where it and the dialect are more than a guess.
    public var certainColumns: Int? { confidence >= 0.5 && columns > 1 ? columns : nil }

    /// The line end that is used most; LF when there is none.
    public var lineEnding: LineEnding {
        LineEnding.allCases.max { lineEndings[$0, default: 0] < lineEndings[$1, default: 0] } ?? .lf
    }
}
