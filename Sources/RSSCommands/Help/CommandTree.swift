import ArgumentParser
import Foundation

/// The command tree with its options, as the parser dumps it: man pages and reference are made from it.
struct CommandTree: Decodable, Sendable {
    struct Command: Decodable, Sendable {
        let commandName: String
        let abstract: String?
        let discussion: String?
        let subcommands: [Command]?
        let arguments: [Argument]?
        let shouldDisplay: Bool?
        let superCommands: [String]?

        /// `rssctl partition maintain`
        var path: [String] { (superCommands ?? []) + [commandName] }

        /// The commands below that help shows.
        var children: [Command] {
            (subcommands ?? []).filter { $0.commandName != "help" && $0.shouldDisplay ?? true }
        }

        /// This command and all below it.
        var all: [Command] { [self] + children.flatMap(\.all) }

        var visibleArguments: [Argument] { (arguments ?? []).filter { $0.shouldDisplay ?? true } }

        /// The options that not every command has; those of a command that changes something are the last.
        var ownOptions: [Argument] {
            let own = visibleArguments.filter { $0.kind != "positional" && !$0.isCommon }
            return own.filter { !$0.isOfChange } + own.filter(\.isOfChange)
        }
    }

    struct Argument: Decodable, Sendable {
        struct Name: Decodable, Sendable {
            let kind: String
            let name: String

            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        let kind: String
        let names: [Name]?
        let valueName: String?
        let abstract: String?
        let defaultValue: String?
        let allValues: [String]?
        let shouldDisplay: Bool?
        let isOptional: Bool?
        let isRepeating: Bool?

        /// `-o, --output <output>` or `<table>`
        var synopsis: String {
            let names = (names ?? []).sorted { $0.kind > $1.kind }.map(\.text).joined(separator: ", ")
            let value = valueName.map { "<\($0)>" } ?? ""
            switch kind {
            case "positional": return value
            case "flag": return names
            default: return "\(names) \(value)"
            }
        }

        /// As in the line of usage: `[<table> ...]`, `--by <column>`.
        var usage: String {
            let text = isRepeating == true ? "\(preferred) ..." : preferred
            return isOptional == true ? "[\(text)]" : text
        }

        private var preferred: String {
            let long = (names ?? []).first { $0.kind == "long" }
            guard kind == "option", let name = long else { return synopsis }
            return "\(name.text) <\(valueName ?? "value")>"
        }

        /// The synopsis with room for the short name that others have.
        func alignedSynopsis(_ othersHaveShort: Bool) -> String {
            let hasShort = (names ?? []).contains { $0.kind == "short" }
            return othersHaveShort && !hasShort && kind != "positional" ? "    \(synopsis)" : synopsis
        }

        /// Whether every command has it.
        var isCommon: Bool { (names ?? []).contains { CommonOptions.names.contains($0.name) } }

        /// Whether it is one of ``ChangeOptions``.
        var isOfChange: Bool { (names ?? []).contains { ["dry-run", "yes"].contains($0.name) } }

        /// The abstract with values and default.
        var explanation: String {
            var notes: [String] = []
            // Where the text lists them, they are not repeated.
            let words = Set((abstract ?? "").split { !$0.isLetter && !$0.isNumber && $0 != "-" })
            let areListed = (allValues ?? []).allSatisfy { words.contains(Substring($0)) }
            if let allValues, !areListed { notes.append("values: \(allValues.joined(separator: ", "))") }
            if let defaultValue, !defaultValue.isEmpty { notes.append("default: \(defaultValue)") }
            return [abstract ?? "", notes.isEmpty ? "" : "(\(notes.joined(separator: "; ")))"].filter { !$0.isEmpty }
                .joined(separator: " ")
        }
    }

    let command: Command

    /// The options of a command, `migrate status`, as they are typed; of a group with a verb of its own, of that.
    static func options(of command: String) -> [String] {
        let path = command.split(separator: " ").map(String.init)
        let found = commands.first { Array($0.path.dropFirst()) == path }
        return (found?.visibleArguments ?? []).flatMap { ($0.names ?? []).map(\.text) }
    }

    // The dump is the parser's own; where it cannot be read, help and man pages fail in the tests.
    private static let commands = (try? load())?.command.all ?? []

    /// The tree of this binary.
    ///
    /// - Throws: a decoding error when the parser changed the form of its dump.
    static func load() throws -> CommandTree { try load(Root.self) }

    /// The tree of a command and those below it, without the path that leads to it.
    ///
    /// - Throws: a decoding error when the parser changed the form of its dump.
    static func load(_ command: any ParsableCommand.Type) throws -> CommandTree {
        try JSONDecoder().decode(CommandTree.self, from: Data(command._dumpHelp().utf8))
    }
}
