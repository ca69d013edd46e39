import ArgumentParser
import RSSCore
import RSSModel

/// A word that stands where a command is expected and is none. The parser would call it an unexpected argument, or print
/// the help of the group with status 0.
struct UnknownCommand: ReportableError {
    let word: String
    let group: String
    let suggestion: String?

    /// Finds the first such word; nil when the commands are all known.
    init?(arguments: [String]) {
        var level: any ParsableCommand.Type = Root.self
        var path: [String] = ["rssctl"]
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" { return nil }
            if word.hasPrefix("-") {
                // What follows an option is its value, unless the option is a flag or has its value in it.
                if !word.contains("="), !Self.flags.contains(word) { _ = rest.popFirst() }
                continue
            }
            let children =
                level.configuration.ungroupedSubcommands + level.configuration.groupedSubcommands.flatMap(\.subcommands)
            if children.isEmpty { return nil }
            if word == "help", path.count == 1 { continue }
            let named = children.filter { $0._commandName == word || $0.configuration.aliases.contains(word) }
            guard let child = named.first else {
                self.word = word
                group = path.joined(separator: " ")
                let names = children.map { $0._commandName }
                suggestion =
                    Self.synonyms[word]?.first(where: names.contains) ?? EditDistance.closest(to: word, among: names)
                return
            }
            level = child
            path.append(word)
        }
        return nil
    }

    /// Words of other tools, and our verbs for them.
    private static let synonyms: [String: [String]] = [
        "ls": ["list", "status"], "list": ["status"], "show": ["status"], "drop": ["retire", "remove", "delete"],
        "rm": ["remove", "delete", "retire"], "delete": ["remove", "retire"], "detach": ["retire"],
        "attach": ["undo"], "rollback": ["undo", "down"], "create": ["maintain", "set"], "add": ["create", "set"],
    ]

    private static let flags: Set<String> = [
        "-h", "--help", "--version", "-q", "--quiet", "-v", "--verbose", "--pager", "--no-pager", "-n", "--dry-run",
        "-y", "--yes",
    ]

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-USAGE-002", exit: .usage, message: "'\(word)' is no command of \(group)",
            hint: suggestion.map { "did you mean '\(group) \($0)'?" } ?? "\(group) --help lists the commands")
    }
}
