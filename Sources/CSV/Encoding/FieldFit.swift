/// Whether a field reads like something that a person wrote, in the encoding in which it was read.
enum FieldFit {
    /// Signs that occur in inventories. Others, such as lines of boxes, are letters that were read in the wrong encoding.
    private static let signs = Set("°²³¹½¼¾€£§©®™–—“”„‚‘’«»…•·×±¿¡‰µªº\u{A0}\u{AD}№".unicodeScalars)
    /// Those that may be between two letters.
    private static let joining = Set("’‘·–—\u{A0}\u{AD}".unicodeScalars)
    /// Those after which no letter comes, and those that come after none.
    private static let closing = Set("²³¹½¼¾™®±‰ªº".unicodeScalars)
    private static let opening = Set("¿¡„‚".unicodeScalars)

    /// Whether a text fits: its letters are those of one language, no capital is within a small word, no script within a word of
    /// another, no sign within a word, and no character that is never typed.
    static func fits(_ text: String) -> Bool {
        let scalars = Array(text.unicodeScalars)
        var letters: Set<Unicode.Scalar> = []
        for (index, scalar) in scalars.enumerated() where !scalar.isASCII {
            if isLetter(scalar) {
                letters.insert(scalar)
            } else {
                guard signs.contains(scalar) else { return false }
                let follows = index > 0 && isLetter(scalars[index - 1])
                let precedes = index + 1 < scalars.count && isLetter(scalars[index + 1])
                if follows, precedes, !joining.contains(scalar) { return false }
                if follows, opening.contains(scalar) { return false }
                if precedes, closing.contains(scalar) { return false }
            }
        }
        return Alphabet.isOneLanguage(letters) && scalars.split { !isLetter($0) }.allSatisfy { isWord($0) }
    }

    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic && scalar != "ª" && scalar != "º" && scalar != "µ"
    }

    private static func isWord(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        guard word.contains(where: { !$0.isASCII }), let first = word.first else { return true }
        let script = Alphabet.Script(first)
        guard word.allSatisfy({ Alphabet.Script($0) == script }) else { return false }
        let hasSmall = word.contains { $0.properties.isLowercase }
        return !hasSmall || !word.dropFirst().contains { !$0.isASCII && $0.properties.isUppercase }
    }
}
