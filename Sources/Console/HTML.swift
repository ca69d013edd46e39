/// A piece of HTML. What is put into a literal of it is escaped, so that a text from data is never markup.
///
/// ```swift
/// let cell: HTML = "<td>\(report.office)</td>"      // the office's name, escaped
/// let row: HTML = "<tr>\(cell)\(cells)</tr>"         // pieces of HTML, as they are
/// ```
///
/// Attributes must be quoted in the literal; what is put between the quotes stays between them. A text is no place for
/// an URL or a script: literals have none.
package struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation, ExpressibleByStringLiteral {
    /// The markup.
    package let text: String

    /// Markup that is written in the program: a text that is made while it runs is no literal.
    package init(stringLiteral value: StaticString) { text = value.description }

    /// Markup of a literal with values in it.
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    private init(text: String) { self.text = text }

    /// A text as HTML that shows it.
    package init(escaping text: String) { self.text = Self.escape(text) }

    /// Pieces after one another, each on a line of its own.
    package init(_ pieces: some Sequence<HTML>) { text = pieces.map(\.text).joined(separator: "\n") }

    /// Nothing.
    package static let empty = HTML(text: "")

    /// Collects a literal: its text as it is, its values escaped.
    package struct StringInterpolation: StringInterpolationProtocol {
        package typealias StringLiteralType = StaticString

        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        package mutating func appendLiteral(_ literal: StaticString) { text += literal.description }

        /// A text, escaped.
        package mutating func appendInterpolation(_ value: String) { text += HTML.escape(value) }

        /// A text, escaped, or nothing.
        package mutating func appendInterpolation(_ value: String?) { text += value.map(HTML.escape) ?? "" }

        package mutating func appendInterpolation(_ value: some BinaryInteger) { text += "\(value)" }

        package mutating func appendInterpolation(_ value: HTML) { text += value.text }

        package mutating func appendInterpolation(_ values: [HTML]) { text += HTML(values).text }
    }

    /// The text with `<`, `>`, `&` and quotes as references, and `�` for what HTML has no character for.
    static func escape(_ text: String) -> String {
        var result = ""
        result.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            // Marks that turn the direction of what follows would turn that of other cells as well.
            case "\u{202A}"..."\u{202E}", "\u{2066}"..."\u{2069}": result += "\u{FFFD}"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case "\0"..."\u{1F}", "\u{7F}"..."\u{9F}": result += "\u{FFFD}"
            case _ where scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value):
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
