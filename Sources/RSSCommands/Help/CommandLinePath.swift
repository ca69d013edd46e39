import ArgumentParser

/// The command that the words of a command line name, as far as they are commands.
struct CommandLinePath {
    /// The command; the root where no word names one.
    private(set) var command: any ParsableCommand.Type = Root.self
    /// Its name as typed: `["rssctl", "partition", "plan"]`; aliases are replaced.
    private(set) var words = ["rssctl"]
    /// The first word in the place of a command that is not one, and where the words after it begin.
    private(set) var unknown: (word: String, next: Int)?

    /// Walks a command line; options, their values and what follows `--` are skipped.
    init(_ arguments: [String]) {
        var index = 0
        while index < arguments.count {
            let word = arguments[index]
            index += 1
            if word == "--" { return }
            if word.hasPrefix("-") {
                // What follows an option is its value, unless the option is a flag or has its value in it.
                if !word.contains("="), !Self.flags.contains(word), !Self.isValueAttached(word) { index += 1 }
                continue
            }
            if command.children.isEmpty { return }
            if word == "help", words.count == 1 { continue }
            guard
                let child = command.children.first(where: {
                    $0._commandName == word || $0.configuration.aliases.contains(word)
                })
            else {
                unknown = (word, index)
                return
            }
            command = child
            words.append(child._commandName)
        }
    }

    /// `rssctl partition plan`
    var text: String { words.joined(separator: " ") }

    /// `-ojson`
    private static func isValueAttached(_ word: String) -> Bool { !word.hasPrefix("--") && word.count > 2 }

    /// The options before a command that take no value.
    private static let flags: Set<String> = [
        "-h", "--help", "--version", "-V", "-q", "--quiet", "-v", "--verbose", "--pager", "--no-pager", "-n",
        "--dry-run", "-y", "--yes",
    ]
}
