import Console

/// Lines of a help text as they are put together: headings, paragraphs, and names with what they mean beside them.
struct HelpText {
    /// Columns of the screen.
    let width: Int
    /// How headings are shown.
    let style: Style
    private(set) var lines: [String] = []

    init(width: Int, style: Style) {
        self.width = max(40, width)
        self.style = style
    }

    /// The whole text, without a line end.
    var text: String { lines.joined(separator: "\n") }

    /// A heading, after an empty line.
    mutating func heading(_ title: String) {
        blank()
        lines.append(style(title, .strong))
    }

    /// An empty line, unless the text begins.
    mutating func blank() { if !lines.isEmpty { lines.append("") } }

    /// A paragraph, wrapped; a line break in it stays one.
    mutating func paragraph(_ text: some StringProtocol, indent: Int = 0) {
        let blanks = String(repeating: " ", count: indent)
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            lines += TextFit.wrap(String(line), width: width - indent, maxLines: .max).lines.map { blanks + $0 }
        }
    }

    /// Lines to be copied, which are never wrapped.
    mutating func verbatim(_ text: some StringProtocol, indent: Int = 2) {
        let blanks = String(repeating: " ", count: indent)
        lines += text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.isEmpty ? "" : blanks + $0 }
    }

    /// Names with what they mean, in two columns; a name that is too long has a line of its own.
    mutating func entries(_ entries: [(name: String, meaning: String)], column: Int? = nil) {
        let longest = entries.map { DisplayWidth.of($0.name) }.max() ?? 0
        let column = column ?? min(longest, width / 3)
        let indent = 2 + column + 2
        let blanks = String(repeating: " ", count: indent)
        for entry in entries {
            var rest = TextFit.wrap(entry.meaning, width: max(20, width - indent), maxLines: .max).lines[...]
            let gap = column + 2 - DisplayWidth.of(entry.name)
            if gap >= 2, let first = rest.popFirst() {
                let beside = first.isEmpty ? "" : String(repeating: " ", count: gap) + first
                lines.append("  \(entry.name)\(beside)")
            } else {
                lines.append("  \(entry.name)")
            }
            lines += rest.filter { !$0.isEmpty }.map { blanks + $0 }
        }
    }
}
