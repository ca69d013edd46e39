import ArgumentParser
import Console
import RSSModel

/// The help of a command: what it is, how it is called, its own options, and where the common ones are listed. The long
/// form, `--help`, adds the description, the examples and the exit statuses; the short one, `-h`, fits a screen.
struct HelpPage {
    let command: any ParsableCommand.Type
    /// `["rssctl", "partition", "plan"]`
    let words: [String]
    let isLong: Bool

    init(_ path: CommandLinePath, isLong: Bool) { self.init(path.command, path.words, isLong: isLong) }

    init(_ command: any ParsableCommand.Type, _ words: [String], isLong: Bool) {
        self.command = command
        self.words = words
        self.isLong = isLong
    }

    /// Whether a command line asks for the long form: by `--help`, or by `help COMMAND`.
    static func isLong(_ arguments: [String]) -> Bool {
        arguments.first == "help" || arguments.prefix { $0 != "--" }.contains("--help")
    }

    private var path: String { words.joined(separator: " ") }

    /// The text.
    ///
    /// - Parameter width: columns of the screen; more than 100 are not used, because such lines are hard to read.
    /// - Throws: a decoding error when the parser changed the form of its dump.
    func text(width: Int?, style: Style = Style(isOn: false)) throws -> String {
        var text = HelpText(width: min(width ?? 80, 100), style: style)
        if words.count == 1 {
            try root(&text)
        } else if command.children.isEmpty {
            try verb(&text)
        } else {
            try group(&text)
        }
        return text.text
    }

    // MARK: A verb

    private func verb(_ text: inout HelpText) throws {
        let dump = try CommandTree.load(command).command
        text.paragraph(dump.abstract ?? "")
        text.heading("USAGE")
        text.verbatim(Self.usage(path, dump))
        try options(of: dump, &text)
        footer(&text, dump.discussion ?? "")
    }

    /// `rssctl bulk import <object> <file> [options]`
    private static func usage(_ path: String, _ dump: CommandTree.Command) -> String {
        let positionals = dump.visibleArguments.filter { $0.kind == "positional" }.map(\.usage)
        let required = dump.visibleArguments.filter { $0.kind != "positional" && $0.isOptional == false }.map(\.usage)
        return ([path] + positionals + required + ["[options]"]).joined(separator: " ")
    }

    private func options(of dump: CommandTree.Command, _ text: inout HelpText) throws {
        let positionals = dump.visibleArguments.filter { $0.kind == "positional" }
        let own = dump.ownOptions
        let hasShort = own.contains { ($0.names ?? []).contains { $0.kind == "short" } }
        let names = own.map { $0.alignedSynopsis(hasShort) }
        let column = min(26, (positionals.map(\.synopsis) + names).map(\.count).max() ?? 0)
        if !positionals.isEmpty {
            text.heading("ARGUMENTS")
            text.entries(positionals.map { ($0.synopsis, meaning($0)) }, column: column)
        }
        if !own.isEmpty {
            text.heading("OPTIONS")
            text.entries(zip(names, own).map { ($0, meaning($1)) }, column: column)
        }
        if dump.visibleArguments.contains(where: \.isCommon) { common(&text) }
    }

    private func meaning(_ argument: CommandTree.Argument) -> String {
        isLong ? argument.explanation : argument.explanation.firstSentence
    }

    /// One line: they are the same for every command.
    private func common(_ text: inout HelpText) {
        text.heading("COMMON OPTIONS")
        text.verbatim("-o, -q, -v, --profile, --database-url, --timeout and more: rssctl help global")
    }

    private func footer(_ text: inout HelpText, _ discussion: String) {
        let parts = DiscussionParts.split(discussion)
        if !isLong {
            text.blank()
            text.verbatim("\(path) --help shows details and examples.", indent: 0)
            return
        }
        if !parts.text.isEmpty {
            text.heading("DESCRIPTION")
            for (index, paragraph) in parts.text.split(separator: "\n\n").enumerated() {
                if index > 0 { text.blank() }
                text.paragraph(paragraph, indent: 2)
            }
        }
        if !parts.examples.isEmpty {
            text.heading("EXAMPLES")
            text.verbatim(parts.examples)
        }
        if !parts.exits.isEmpty {
            text.heading("EXIT STATUS")
            text.verbatim(parts.exits.joined(separator: "\n"))
        }
    }

    // MARK: A group

    private func group(_ text: inout HelpText) throws {
        let configuration = command.configuration
        text.paragraph(configuration.abstract)
        text.heading("USAGE")
        let verb = configuration.defaultSubcommand
        let dump = try verb.map { try CommandTree.load($0).command }
        if let dump { text.verbatim(Self.usage(path, dump)) }
        text.verbatim("\(path) COMMAND [options]")
        commands(&text)
        if let dump { try options(of: dump, &text) }
        if isLong { footer(&text, configuration.discussion) }
        text.blank()
        text.verbatim("\(path) COMMAND --help shows a command.", indent: 0)
    }

    private func commands(_ text: inout HelpText) {
        let configuration = command.configuration
        let sections =
            [("Commands", configuration.ungroupedSubcommands)]
            + configuration.groupedSubcommands.map { ($0.name, $0.subcommands) }
        let shown = sections.map { ($0, $1.filter { $0.configuration.shouldDisplay }) }.filter { !$1.isEmpty }
        let column = shown.flatMap(\.1).map { $0._commandName.count }.max()
        for (name, commands) in shown {
            text.heading(name.uppercased())
            text.entries(commands.map { ($0._commandName, $0.configuration.abstract) }, column: column)
        }
    }

    // MARK: The root

    private func root(_ text: inout HelpText) throws {
        text.paragraph(command.configuration.abstract)
        text.heading("USAGE")
        text.verbatim("rssctl COMMAND [options]")
        commands(&text)
        if isLong {
            for (title, commands) in Self.flows {
                text.heading(title)
                text.verbatim(commands)
            }
            text.heading("OPTIONS")
            text.entries([
                ("-h, --help", "Show a command's options; --help shows details and examples as well."),
                ("-V, --version", "Show the version; with --output json, of the libraries too."),
            ])
            common(&text)
        }
        text.blank()
        text.paragraph("rssctl COMMAND --help shows a command; rssctl help topics lists other pages.")
    }

    /// What people do first, and most.
    private static let flows: [(String, String)] = [
        ("START, ON A PRIVATE SANDBOX", "rssctl sandbox up\nrssctl migrate\nrssctl sandbox seed"),
        (
            "IMPORT A FILE",
            """
            rssctl bulk template hardware --to inventory.xlsx
            rssctl bulk import hardware inventory.xlsx --visit latest --dry-run
            rssctl bulk import hardware inventory.xlsx --visit latest
            rssctl bulk undo last
            """
        ),
        (
            "FROM CRON",
            """
            rssctl partition maintain --quiet
            rssctl cache warm --quiet
            rssctl analyze performance --quiet
            """
        ),
        ("WHEN SOMETHING FAILS", "rssctl doctor\nrssctl explain RSS-PG-001\nrssctl runs show last"),
    ]
}

extension String {
    /// Up to the end of the first sentence, with what values and default there are after the last one.
    fileprivate var firstSentence: String {
        guard let end = firstRange(of: ". ") else { return self }
        let notes = lastIndex(of: "(").flatMap { hasSuffix(")") && $0 >= end.upperBound ? " " + self[$0...] : nil }
        return self[..<end.upperBound].dropLast() + (notes ?? "")
    }
}
