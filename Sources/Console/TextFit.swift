/// Text brought into a width of terminal cells, by cutting or by wrapping.
package enum TextFit {
    /// The text cut to a width, with `…` in place of what is missing, or `...` where the charset has none.
    static func cut(_ text: String, to width: Int, charset: Charset = .utf8) -> String {
        guard DisplayWidth.of(text) > width else { return text }
        let mark = charset("…")
        guard width >= mark.count else { return String(mark.prefix(max(0, width))) }
        return prefix(text[...], width: width - mark.count).trimmingTrailingBlanks + mark
    }

    /// The text padded with blanks to a width.
    static func pad(_ text: String, to width: Int, trailing: Bool = false) -> String {
        let blanks = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
        return trailing ? blanks + text : text + blanks
    }

    /// The text as lines of at most that many cells, wrapped at blanks where there are any, else after a sign that divides
    /// paths and names.
    ///
    /// When the lines do not suffice, the last one ends in `…` and `isCut` is true.
    package static func wrap(
        _ text: String, width: Int, maxLines: Int, charset: Charset = .utf8
    ) -> (lines: [String], isCut: Bool) {
        guard DisplayWidth.of(text) > width, width > 0 else { return ([text], false) }
        var lines: [String] = []
        var rest = text[...]
        while !rest.isEmpty {
            if lines.count == maxLines - 1, DisplayWidth.of(rest) > width {
                return (lines + [cut(String(rest), to: width, charset: charset)], true)
            }
            let line = nextLine(rest, width: width)
            lines.append(line.trimmingTrailingBlanks)
            rest = rest.dropFirst(line.count).drop { $0 == " " }
        }
        return (lines, false)
    }

    private static func nextLine(_ text: Substring, width: Int) -> Substring {
        let whole = prefix(text, width: width, atLeastOne: true)
        guard whole.endIndex < text.endIndex, text[whole.endIndex] != " " else { return whole }
        if let blank = whole.lastIndex(of: " "), blank > whole.startIndex { return whole[...blank] }
        // Not so early that the line is hardly used.
        let half = whole.index(whole.startIndex, offsetBy: whole.count / 2)
        return whole[half...].lastIndex { "/_.:,-".contains($0) }.map { whole[...$0] } ?? whole
    }

    /// The longest beginning that fits; a line is never empty, so that a wide character in one cell cannot cause an endless loop.
    private static func prefix(_ text: Substring, width: Int, atLeastOne: Bool = false) -> Substring {
        var used = 0
        var end = text.startIndex
        for character in text {
            let cells = DisplayWidth.of(character)
            if used + cells > width, end > text.startIndex || !atLeastOne { break }
            used += cells
            end = text.index(after: end)
        }
        return text[..<end]
    }
}

extension StringProtocol {
    /// The text without blanks at its end.
    var trimmingTrailingBlanks: String {
        var end = endIndex
        while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
        return String(self[..<end])
    }
}
