/// What a stream can show besides ASCII.
package enum Charset: Sendable {
    case utf8, ascii

    /// The charset of a locale (`LC_ALL`, else `LC_CTYPE`, else `LANG`); without one it is that of POSIX, ASCII.
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? ""
        self = locale.lowercased().replacing("-", with: "").contains("utf8") ? .utf8 : .ascii
    }

    /// A text for people with its typographic signs as the charset has them: dashes, ellipses, arrows, lines and blocks. Letters
    /// are what they were.
    package func callAsFunction(_ text: String) -> String {
        guard self == .ascii, text.utf8.contains(where: { $0 >= 0x80 }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars { result += Self.sign(scalar) ?? String(Character(scalar)) }
        return result
    }

    private static func sign(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\u{2026}": return "..."
        case "\u{2010}"..."\u{2015}", "\u{2212}": return "-"
        case "\u{2018}", "\u{2019}": return "'"
        case "\u{201C}"..."\u{201E}": return "\""
        case "\u{2022}", "\u{00B7}": return "*"
        case "\u{00D7}": return "x"
        case "\u{2190}": return "<-"
        case "\u{2192}": return "->"
        case "\u{2264}": return "<="
        case "\u{2265}": return ">="
        case "\u{2713}", "\u{2714}": return "+"
        case "\u{2717}", "\u{2718}": return "x"
        // Box drawing: horizontal and vertical lines, and the corners and crossings of them.
        case "\u{2500}", "\u{2501}", "\u{2504}", "\u{2505}", "\u{2508}", "\u{2509}": return "-"
        case "\u{2502}", "\u{2503}", "\u{2506}", "\u{2507}": return "|"
        case "\u{250C}"..."\u{257F}": return "+"
        // Blocks: those of a height by eighths, those of a width by halves, shades.
        case "\u{2581}"..."\u{2587}":
            return String(Array("_.-=+*#")[Int(scalar.value - 0x2581)])
        case "\u{2588}"..."\u{258C}": return "#"
        case "\u{258D}"..."\u{258F}": return "|"
        case "\u{2591}": return "."
        case "\u{2592}": return ":"
        case "\u{2593}": return "#"
        default: return nil
        }
    }
}
