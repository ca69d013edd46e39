import PostgresClient
import RedisClient

/// Removes secrets from what is shown, logged or stored.
///
/// An address that can be read is shown by its harmless parts; of one that cannot, nothing is, because it is not known where its
/// password begins. In other texts too much is hidden rather than too little.
package enum Redaction {
    /// A text without the passwords in it: what is between `://` and the last `@` of a line, between a `:` and the last `@`
    /// of a word, after `password=` in any of libpq's ways of quoting, and after SQL's `PASSWORD` in any of SQL's.
    package static func scrub(_ text: String) -> String {
        hideLiterals(in: text).split(separator: "\n", omittingEmptySubsequences: false).map { line in
            hideValues(in: hideUserInfo(in: String(line)))
        }.joined(separator: "\n")
    }

    /// A command line without its secrets.
    package static func scrub(arguments: [String]) -> [String] {
        var hideNext: ((String) -> String)?
        return arguments.map { argument in
            if let hide = hideNext {
                hideNext = nil
                return hide(argument)
            }
            guard argument.hasPrefix("--") else { return scrub(argument) }
            let name = argument.prefix { $0 != "=" }
            let hide: ((String) -> String)? =
                name.hasSuffix("-url") ? address : name.lowercased().hasSuffix("password") ? { _ in "***" } : nil
            guard let hide else { return scrub(argument) }
            guard name.endIndex < argument.endIndex else {
                hideNext = hide
                return argument
            }
            return "\(name)=\(hide(String(argument[argument.index(after: name.endIndex)...])))"
        }
    }

    /// An address by its harmless parts, `postgresql://user@host:port/database`; `***` for what cannot be read as one.
    package static func address(_ text: String) -> String {
        // What is wrong with it is reported where it is used.
        if let keywords = try? ConnectionOptions.keywords(parsing: text) {
            let user = keywords["user"].map { "\($0)@" } ?? ""
            let port = keywords["port"].map { ":\($0)" } ?? ""
            let place = keywords["service"].map { "service=\($0)" } ?? keywords["host"] ?? keywords["hostaddr"] ?? ""
            return "postgresql://\(user)\(place)\(port)/\(keywords["dbname"] ?? "")"
        }
        if let configuration = try? RedisConfiguration(url: text) { return "\(configuration)" }
        return "***"
    }

    private static func hideUserInfo(in line: String) -> String {
        guard let scheme = line.firstRange(of: "://"), let at = line[scheme.upperBound...].lastIndex(of: "@") else {
            return line.replacing(/\S+/) { hideAfterColon(in: $0.output) }
        }
        let info = line[scheme.upperBound..<at]
        let user = info.prefix { $0 != ":" }
        let isName = user.wholeMatch(of: /[A-Za-z0-9_.-]{0,63}/) != nil
        let isRole = user.endIndex == info.endIndex && line[..<scheme.lowerBound].hasSuffix("postgresql")
        let shown = !isName ? "***" : user.endIndex < info.endIndex ? "\(user):***" : isRole ? String(user) : "***"
        return "\(line[..<scheme.upperBound])\(shown)\(line[at...])"
    }

    private static func hideAfterColon(in word: Substring) -> String {
        guard let at = word.lastIndex(of: "@"), let colon = word[..<at].firstIndex(of: ":") else { return String(word) }
        let user = word[..<colon]
        return user.contains("@") ? "***\(word[at...])" : "\(user):***\(word[at...])"
    }

    private static func hideValues(in line: String) -> String {
        line.replacing(
            /(?i)(?<name>(?:pass(?:word|wd)?|pwd|secret)\s*=\s*)(?:'(?:[^'\\]|\\.)*'?|"(?:[^"\\]|\\.)*"?|(?:\\.|[^\s&\\])+)/
        ) {
            "\($0.name)***"
        }
    }

    /// A literal may have comments before it, span lines, and be truncated where the text was.
    private static func hideLiterals(in text: String) -> String {
        text.replacing(Self.literal) { "\($0.name)'***'" }
    }

    private nonisolated(unsafe) static let literal =
        /(?is)(?<name>\bpassword\b(?:\s|\/\*.*?\*\/|--[^\n]*\n|--[^\n]*?)*)(?:E'(?:[^'\\]|\\.|'')*(?:'|$)|(?:U&)?'(?:[^']|'')*(?:'|$)|\$(?<tag>[a-z_0-9]*)\$.*?(?:\$\k<tag>\$|$))(?:\s*\n\s*'(?:[^']|'')*(?:'|$))*/
}
