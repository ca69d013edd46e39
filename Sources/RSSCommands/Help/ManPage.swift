/// A man page in the classic macros, from a command's declaration.
enum ManPage {
    /// `rssctl-partition-maintain.1`
    static func fileName(_ command: CommandTree.Command) -> String { command.path.joined(separator: "-") + ".1" }

    static func render(_ command: CommandTree.Command) -> String {
        let name = command.path.joined(separator: "-")
        let (text, examples, exits) = DiscussionParts.split(command.discussion ?? "")
        var lines = [
            ".TH \(name.uppercased()) 1 \"\" \"rssctl \(Version.number)\" \"rssctl manual\"", ".SH NAME",
            "\(name) \\- \(escape(command.abstract ?? ""))", ".SH SYNOPSIS",
            ".B \(escape(command.path.joined(separator: " ")))",
        ]
        lines.append(command.children.isEmpty ? "[\\fIoptions\\fR] \(escape(positionals(command)))" : "\\fIcommand\\fR")
        if !text.isEmpty { lines += [".SH DESCRIPTION", escape(text)] }
        if !command.children.isEmpty {
            lines.append(".SH COMMANDS")
            for child in command.children {
                lines += [".TP", ".B \(escape(child.commandName))", escape(child.abstract ?? "")]
            }
        }
        if !command.visibleArguments.isEmpty {
            lines.append(".SH OPTIONS")
            for argument in command.visibleArguments {
                lines += [".TP", ".B \(escape(argument.synopsis))", escape(argument.explanation)]
            }
        }
        if !examples.isEmpty { lines += [".SH EXAMPLES", ".nf", escape(examples), ".fi"] }
        if !exits.isEmpty {
            let statuses = exits.map { escape(String($0.drop { $0 == " " })) }
            lines += [".SH EXIT STATUS", statuses.joined(separator: "\n.br\n")]
        }
        lines += [".SH SEE ALSO", seeAlso(command)]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func positionals(_ command: CommandTree.Command) -> String {
        command.visibleArguments.filter { $0.kind == "positional" }.map(\.synopsis).joined(separator: " ")
    }

    private static func seeAlso(_ command: CommandTree.Command) -> String {
        let pages =
            [command.path.dropLast().joined(separator: "-")] + command.children.map { $0.path.joined(separator: "-") }
        let list = pages.filter { !$0.isEmpty }.map { ".BR \($0) (1)" }
        return list.isEmpty ? "rssctl help exit\\-codes, rssctl help environment" : list.joined(separator: ",\n")
    }

    /// Backslashes and hyphens are escaped; a line must not begin with a dot or a quote of its own.
    private static func escape(_ text: String) -> String {
        text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .map { ($0.hasPrefix(".") && !$0.hasPrefix(".br")) || $0.hasPrefix("'") ? "\\&\($0)" : String($0) }
            .joined(separator: "\n")
    }
}
