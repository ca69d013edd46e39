import RSSCore

/// SHA-256 of a statement as four numbers: half a million of its texts would take as much memory as the file they are of.
struct StatementDigest: Sendable, Equatable {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    init(of text: String) {
        let stream = DigestStream()
        stream.update(text)
        let bytes = stream.bytes()
        func word(_ index: Int) -> UInt64 {
            bytes.dropFirst(index * 8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        words = (word(0), word(1), word(2), word(3))
    }

    /// It in lower-case hexadecimal.
    var text: String {
        let (first, second, third, fourth) = words
        return Digest.text(
            [first, second, third, fourth].flatMap { word in
                (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * $0)) }
            })
    }

    static func == (left: StatementDigest, right: StatementDigest) -> Bool { left.words == right.words }
}
