/// The command reference as one Markdown page.
enum ReferencePage {
    static func render(_ tree: CommandTree) -> String {
        var lines = [
            "# Command reference", "",
            "Made from the commands' own declarations by `make docs`; `rssctl COMMAND --help` says the same.", "",
        ]
        for command in tree.command.all.dropFirst() {
            lines += section(command)
        }
        return lines.joined(separator: "\n")
    }

    private static func section(_ command: CommandTree.Command) -> [String] {
        var lines = [
            "\(String(repeating: "#", count: command.path.count)) `\(command.path.joined(separator: " "))`", "",
        ]
        if let abstract = command.abstract { lines += ["\(abstract).", ""] }
        let (text, examples, exits) = DiscussionParts.split(command.discussion ?? "")
        if !text.isEmpty { lines += [text, ""] }
        let positional = command.visibleArguments.filter { $0.kind == "positional" }
        // The options that every command has are listed once, at the root.
        let own = command.ownOptions
        if !(positional + own).isEmpty {
            lines += ["| | |", "|---|---|"]
            lines += (positional + own).map { "| `\($0.synopsis)` | \($0.explanation.replacing("|", with: "\\|")) |" }
            lines.append("")
        }
        if !examples.isEmpty { lines += ["```sh", examples, "```", ""] }
        if !exits.isEmpty {
            lines += ["Exit status: \(exits.map { $0.drop { $0 == " " } }.joined(separator: "; ")).", ""]
        }
        return lines
    }
}

/// The parts that a declaration's discussion is put together from.
enum DiscussionParts {
    static func split(_ discussion: String) -> (text: String, examples: String, exits: [String]) {
        var text: [String] = []
        var examples: [String] = []
        var exits: [String] = []
        var part = 0
        for line in discussion.split(separator: "\n", omittingEmptySubsequences: false) {
            switch line {
            case "EXAMPLES:": part = 1
            case "EXIT STATUS:": part = 2
            default:
                let trimmed = String(line.drop { $0 == " " })
                if part == 0 {
                    text.append(trimmed)
                } else if part == 1 {
                    examples.append(trimmed)
                } else if !trimmed.isEmpty {
                    // The statuses stay right-aligned.
                    exits.append(String(line.dropFirst(2)))
                }
            }
        }
        func joined(_ lines: [String]) -> String {
            lines.joined(separator: "\n").split(separator: "\n\n", omittingEmptySubsequences: true).joined(
                separator: "\n\n"
            )
            .trimmingNewlines
        }
        return (joined(text), joined(examples), exits)
    }
}

extension String {
    /// Without the line breaks at both ends.
    fileprivate var trimmingNewlines: String {
        String(drop { $0 == "\n" }.reversed().drop { $0 == "\n" }.reversed())
    }
}
