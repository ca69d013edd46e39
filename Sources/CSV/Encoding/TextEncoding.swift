/// An encoding of text, by a name that iconv knows.
public struct TextEncoding: Sendable, Hashable, CaseIterable {
    /// Its name, as it is shown.
    public let name: String

    private init(_ name: String) { self.name = name }

    /// UTF-8, which is read as it is.
    public static let utf8 = TextEncoding("UTF-8")
    /// UTF-16 with the low byte first.
    public static let utf16LittleEndian = TextEncoding("UTF-16LE")
    /// UTF-16 with the high byte first.
    public static let utf16BigEndian = TextEncoding("UTF-16BE")
    /// UTF-32 with the low byte first.
    public static let utf32LittleEndian = TextEncoding("UTF-32LE")
    /// UTF-32 with the high byte first.
    public static let utf32BigEndian = TextEncoding("UTF-32BE")
    /// Windows-1252, of Western Europe.
    public static let windows1252 = TextEncoding("Windows-1252")

    /// Those that the bytes alone identify, and Windows-1252.
    public static let allCases: [TextEncoding] = [
        .utf8, .utf16LittleEndian, .utf16BigEndian, .utf32LittleEndian, .utf32BigEndian, .windows1252,
    ]

    /// The encoding of a name that iconv knows, whose case does not matter; nil for any other.
    ///
    /// ```swift
    /// TextEncoding(named: "koi8-r")
    /// ```
    public init?(named name: String) {
        let plain = Self.plain(name)
        if let known = Self.allCases.first(where: { Self.plain($0.name) == plain }) {
            self = known
            return
        }
        if plain == "cp1252" {
            self = .windows1252
            return
        }
        // `//` would ask for a conversion that loses something, and no name means that of the environment.
        guard !plain.isEmpty, !name.contains("/"), CharacterConverter(from: name) != nil else { return nil }
        self.init(plain.hasPrefix("windows") ? "Windows-\(plain.dropFirst(7))" : name.uppercased())
    }

    /// Whether a character is one byte; then a line that is UTF-8 is so by no accident.
    var isSingleByte: Bool {
        guard self != .windows1252 else { return true }
        guard !isUnicode, let converter = CharacterConverter(from: name) else { return false }
        return (UInt8(0x80)...0xFF).allSatisfy { !converter.isUnfinished([$0]) }
    }

    /// Whether every character has a place in it.
    private var isUnicode: Bool { name.hasPrefix("UTF") }

    private static func plain(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }
}
