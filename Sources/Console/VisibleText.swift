/// Makes text from data safe to print on a terminal: what cannot be seen is shown as a visible escape.
///
/// A value may hold ESC, BEL, a C1 control or a bidirectional override, which a terminal would obey; here they become
/// `␛`, `␇`, `\u{9B}`, `\u{202E}`. Line ends and tabs become `\n`, `\r`, `\t`.
package enum VisibleText {
    /// The text with every control character replaced by something that can be seen.
    package static func of(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return text }
        if !text.unicodeScalars.contains(where: isHidden) { return text }
        var visible = ""
        for scalar in text.unicodeScalars {
            if isHidden(scalar) { visible += escape(scalar) } else { visible.unicodeScalars.append(scalar) }
        }
        return visible
    }

    /// Whether a terminal would obey the scalar rather than show it.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x00...0x1F, 0x7F...0x9F: true  // C0, DEL, C1
        case 0x2028...0x202E, 0x2066...0x2069: true  // line separators, bidirectional overrides and isolates
        default: false
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar.value {
        case 0x09: return "\\t"
        case 0x0A: return "\\n"
        case 0x0D: return "\\r"
        case 0x7F: return "\u{2421}"
        case 0x00...0x1F:
            // The control pictures are in the order of the controls: U+2400 for NUL, U+241B for ESC.
            return Unicode.Scalar(0x2400 + scalar.value).map { String(Character($0)) } ?? "?"
        default: return "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
        }
    }
}
