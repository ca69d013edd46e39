/// Takes secrets out of what is shown, logged or kept.
public enum Redaction {
    /// An argument or a text without the passwords in it: those of addresses (`scheme://user:password@`), of
    /// `password=…` and of `--…password …`.
    public static func scrub(_ text: String) -> String {
        var result = text.replacing(/(?<scheme>[A-Za-z][A-Za-z0-9+.-]*:\/\/[^\s\/:@]*):[^\s\/?#]+@/) {
            "\($0.scheme):***@"
        }
        result = result.replacing(
            /(?<name>[Pp][Aa][Ss][Ss](?:[Ww][Oo][Rr][Dd]|[Ww][Dd])?\s*=\s*)(?:'(?:[^'\\]|\\.)*'|[^\s&]+)/
        ) {
            "\($0.name)***"
        }
        return result
    }

    /// A command line without its secrets.
    public static func scrub(arguments: [String]) -> [String] {
        var hideNext = false
        return arguments.map { argument in
            defer { hideNext = argument.hasPrefix("--") && argument.lowercased().hasSuffix("password") }
            return hideNext ? "***" : scrub(argument)
        }
    }
}
