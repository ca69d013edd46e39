/// How many cells of a terminal a text takes.
///
/// Measured by grapheme cluster: combining marks take none, wide East Asian characters and emoji two. The widths are
/// our own (Unicode Standard Annex 11, and the emoji properties), the same on every system and in every locale.
package enum DisplayWidth {
    /// The cells of a text that holds no control characters (see ``VisibleText``).
    package static func of(_ text: some StringProtocol) -> Int {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text.utf8.count }
        return text.reduce(0) { $0 + of($1) }
    }

    /// The cells of one character.
    package static func of(_ character: Character) -> Int {
        if character.isASCII { return 1 }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else { return 0 }
        if isEmoji(first, cluster: scalars) { return 2 }
        return scalars.reduce(0) { $0 + cells(of: $1) }
    }

    /// An emoji by itself, by a variation selector, by joining, by a skin tone, or a flag of two letters.
    private static func isEmoji(_ first: Unicode.Scalar, cluster: Character.UnicodeScalarView) -> Bool {
        if first.properties.isEmojiPresentation { return true }
        guard first.properties.isEmoji, cluster.count > 1 else { return false }
        return cluster.contains { $0.value == 0xFE0F || $0.value == 0x200D || $0.properties.isEmojiModifier }
    }

    private static func cells(of scalar: Unicode.Scalar) -> Int {
        if isWide(scalar.value) { return 2 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        // The soft hyphen is shown; joiners, marks of direction and the byte order mark are not.
        case .format: return scalar.value == 0xAD ? 1 : 0
        default: break
        }
        // Vowels and finals of a Hangul syllable are drawn into the cells of its first consonant.
        return (0x1160...0x11FF).contains(scalar.value) ? 0 : 1
    }

    /// East Asian Width `W` or `F`, emoji left out; gaps between assigned scalars are counted in.
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0..<0x1100: false
        case 0x302A...0x302D, 0x3099...0x309A: false  // combining marks
        case 0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4CF,
            0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F, 0xFF01...0xFF60,
            0xFFE0...0xFFE6, 0x16FE0...0x16FE3, 0x17000...0x18CFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
            0x20000...0x3FFFD:
            true
        default: false
        }
    }
}
