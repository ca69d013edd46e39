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

        /// The abstract with values and default.
        var explanation: String {
            var notes: [String] = []
            if let allValues, !allValues.isEmpty { notes.append("values: \(allValues.joined(separator: ", "))") }
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
    static func load() throws -> CommandTree {
        let decoder = JSONDecoder()
        return try decoder.decode(CommandTree.self, from: Data(Root._dumpHelp().utf8))
    }
}
