import Foundation

/// The links of a page of Markdown, and the anchors that its headings make on code hosts.
struct DocumentLinks {
    struct Link {
        let target: String
        /// The line of the page, from 1.
        let line: Int
    }

    private(set) var links: [Link] = []
    private(set) var anchors: Set<String> = []

    init(markdown: String) {
        var isInFence = false
        var open = ""
        var count: [String: Int] = [:]
        for (index, line) in markdown.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isInFence.toggle() }
            guard !isInFence else { continue }
            if line.hasPrefix("#") {
                let anchor = Self.anchor(line.drop { $0 == "#" })
                let before = count[anchor, default: 0]
                count[anchor] = before + 1
                anchors.insert(before == 0 ? anchor : "\(anchor)-\(before)")
            }
            // A link whose text is broken over two lines is read with the line before.
            let text = open + Self.withoutCode(line)
            links += Self.targets(text).map { Link(target: $0, line: index + 1) }
            open = Self.unfinished(text)
        }
    }

    /// The anchor of a heading: lower case, blanks as hyphens, without punctuation.
    static func anchor(_ heading: Substring) -> String {
        String(
            heading.trimmingCharacters(in: .whitespaces).lowercased().compactMap { character -> Character? in
                if character == " " { return "-" }
                return character.isLetter || character.isNumber || "-_".contains(character) ? character : nil
            })
    }

    /// A line without what is between backquotes.
    private static func withoutCode(_ line: Substring) -> String {
        let parts = line.split(separator: "`", omittingEmptySubsequences: false)
        return parts.enumerated().map { $0.offset.isMultiple(of: 2) || $0.offset == parts.count - 1 ? $0.element : "" }
            .joined()
    }

    /// What is in round brackets after square ones.
    private static func targets(_ text: String) -> [String] {
        text.components(separatedBy: "](").dropFirst().compactMap { rest in
            guard let end = rest.firstIndex(of: ")") else { return nil }
            return String(rest[..<end])
        }
    }

    /// The end of a line from a bracket on that the line does not close.
    private static func unfinished(_ text: String) -> String {
        guard let start = text.lastIndex(of: "["), !text[start...].contains("]") else { return "" }
        return text[start...] + " "
    }
}
