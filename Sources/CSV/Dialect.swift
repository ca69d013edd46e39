/// How a CSV file is written: what separates, what quotes, what escapes, in which encoding, with or without a header.
public struct Dialect: Sendable, Equatable {
    /// How a quote within a quoted field is written.
    public enum Escape: Sendable, Equatable {
        /// Twice (RFC 4180).
        case doubledQuote
        /// With a backslash before it; the byte after a backslash is taken as it is, doubled quotes are understood too.
        case backslash
        /// As it is, like any other character: a quote closes the field only where a delimiter or a line end follows.
        case unescaped
    }

    /// The byte between two fields.
    public var delimiter: UInt8
    /// The byte around a field; nil where nothing is quoted.
    public var quote: UInt8?
    /// How a quote within a quoted field is written.
    public var escape: Escape
    /// Whether spaces before a field are not part of it, so that a quote after them opens the field: `a, "b, c"`. Where
    /// the space itself separates, a run of them separates once.
    public var skipsInitialSpace: Bool
    /// Whether the first record names the columns; where records precede the table, the first of the table.
    public var hasHeader: Bool
    /// The encoding of the file. The tokenizer itself reads UTF-8; ``RecordReader`` transcodes.
    public var encoding: TextEncoding

    /// Makes a dialect; RFC 4180 in UTF-8 with a header unless given otherwise.
    public init(
        delimiter: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""), escape: Escape = .doubledQuote,
        hasHeader: Bool = true, encoding: TextEncoding = .utf8, skipsInitialSpace: Bool = false
    ) {
        self.delimiter = delimiter
        self.quote = quote
        self.escape = escape
        self.hasHeader = hasHeader
        self.encoding = encoding
        self.skipsInitialSpace = skipsInitialSpace
    }

    /// RFC 4180 in UTF-8 with a header.
    public static let rfc4180 = Dialect()

    /// The delimiters that mean little else in a text, the likelier first; the last two are ASCII's unit separator and
    /// the control character that Hive writes.
    static let knownDelimiters: [UInt8] = [0x2C, 0x3B, 0x09, 0x7C, 0x5E, 0x7E, 0x1F, 0x01]
    /// The delimiters that also occur in names, times, addresses and remarks, and are accepted on strong evidence only.
    static let weakDelimiters: [UInt8] = [0x20, 0x3A, 0x23]

    /// The common name of the delimiter.
    public var delimiterName: String {
        switch delimiter {
        case UInt8(ascii: ","): "comma"
        case UInt8(ascii: ";"): "semicolon"
        case UInt8(ascii: "\t"): "tab"
        case UInt8(ascii: "|"): "vertical bar"
        case UInt8(ascii: " "): "space"
        case UInt8(ascii: ":"): "colon"
        case UInt8(ascii: "#"): "number sign"
        case UInt8(ascii: "^"): "caret"
        case UInt8(ascii: "~"): "tilde"
        case 0..<0x20: "control character \(delimiter)"
        default: String(Character(Unicode.Scalar(delimiter)))
        }
    }
}

/// How lines end; a file may mix them, and every mix is read.
public enum LineEnding: String, Sendable, CaseIterable {
    case lf = "LF"
    case crlf = "CRLF"
    case cr = "CR"

    /// The bytes of the line end.
    public var bytes: [UInt8] {
        switch self {
        case .lf: [0x0A]
        case .crlf: [0x0D, 0x0A]
        case .cr: [0x0D]
        }
    }
}
