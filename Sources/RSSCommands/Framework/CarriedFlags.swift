import ArgumentParser
import Foundation
import RSSCore
import RSSModel

/// The flags of this run that a command printed to be typed needs too, so that it goes to the same servers and reads the
/// same files.
///
/// Texts name commands as a user types them, `rssctl migrate status`; here each gets the flags that it takes and does not
/// have yet. So no text that names a command has to contain them.
package struct CarriedFlags: Sendable {
    /// A flag with its value, and which commands it means something for.
    struct Flag: Sendable {
        let name: String
        let value: String
        let isTaken: @Sendable (_ command: String, _ verb: any ParsableCommand.Type) -> Bool
    }

    private let flags: [Flag]

    init(_ flags: [Flag]) { self.flags = flags }

    /// The flags of an invocation: those of every command, and those of the verb's own that its siblings have as well.
    init(_ global: GlobalOptions, own: [(name: String, value: String?)]) {
        func flag(
            _ name: String, _ value: String?, _ isTaken: @escaping @Sendable (String, any ParsableCommand.Type) -> Bool
        ) -> [Flag] {
            value.map { [Flag(name: name, value: $0, isTaken: isTaken)] } ?? []
        }
        func needs(_ need: Declaration.Need) -> @Sendable (String, any ParsableCommand.Type) -> Bool {
            { command, verb in
                guard let declaration = (verb as? any Verb.Type)?.declaration else { return false }
                return declaration.needs.contains(need) || Self.showServers.contains(command)
            }
        }
        var flags = flag("--config", global.config, needs(.settings))
        flags += flag("--profile", global.profile, needs(.settings))
        flags += flag("--database-url", global.databaseURL.map(Redaction.address), needs(.postgres))
        flags += flag("--redis-url", global.redisURL.map(Redaction.address), needs(.redis))
        for (name, value) in own {
            flags += flag(name, value) { command, _ in CommandTree.options(of: command).contains(name) }
        }
        self.init(flags)
    }

    /// Commands that show the servers of an address without declaring that they need them.
    private static let showServers: Set<String> = ["doctor", "config show", "config check"]

    /// A text, its commands with these flags.
    func adding(to text: String) -> String {
        guard !flags.isEmpty, text.contains("rssctl ") else { return text }
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "rssctl ") {
            result += rest[..<start.lowerBound]
            // `_rssctl ` or `/usr/bin/rssctl `: a path is a command too, a part of a word is not.
            let isWord = result.last.map { !($0.isLetter || $0.isNumber || $0 == "_" || $0 == "-") } ?? true
            rest = rest[start.lowerBound...]
            guard isWord, let command = Self.command(at: rest) else {
                result += "rssctl "
                rest = rest[start.upperBound...]
                continue
            }
            result += command.words + additions(to: command, before: rest.dropFirst(command.words.count))
            rest = rest.dropFirst(command.words.count)
        }
        return result + rest
    }

    private func additions(to command: Found, before rest: Substring) -> String {
        let arguments = rest.prefix { !"\n;&|".contains($0) }
        return flags.filter { flag in
            flag.isTaken(command.path, command.verb) && !arguments.contains(" \(flag.name) ")
                && !arguments.contains(" \(flag.name)=")
        }
        .map { " \($0.name) \($0.value.shellWord)" }.joined()
    }

    private struct Found {
        /// As it is in the text: `rssctl partition maintain`.
        let words: String
        /// `partition maintain`; of a group that has a verb of its own, with that.
        let path: String
        let verb: any ParsableCommand.Type
    }

    /// The command that a text begins with; nil where its words are not a command.
    private static func command(at text: Substring) -> Found? {
        var level: any ParsableCommand.Type = Root.self
        var words = ["rssctl"]
        for word in text.dropFirst("rssctl ".count).split(separator: " ", omittingEmptySubsequences: false) {
            let name = word.prefix { $0.isLetter || $0.isNumber || $0 == "-" }
            guard let child = level.children.first(where: { $0._commandName == name }) else { break }
            level = child
            words.append(String(name))
            if name.count < word.count { break }
        }
        var path = Array(words.dropFirst())
        if let verb = level.configuration.defaultSubcommand {
            level = verb
            path.append(verb._commandName)
        }
        guard words.count > 1, level.children.isEmpty else { return nil }
        return Found(words: words.joined(separator: " "), path: path.joined(separator: " "), verb: level)
    }
}

extension ParsableCommand {
    /// The commands below, in the order of help.
    static var children: [any ParsableCommand.Type] {
        configuration.ungroupedSubcommands + configuration.groupedSubcommands.flatMap(\.subcommands)
    }
}

/// A result as it is shown: the commands of its notes and of its columns of commands with the flags of the run.
struct ShownResult<Result: CommandResult>: Encodable, Tabular {
    let result: Result
    let carried: CarriedFlags
    /// The tables to show, in place of all that the result has; nil for those.
    var chosen: [Table]?

    func encode(to encoder: any Encoder) throws { try result.encode(to: encoder) }

    var document: String? { result.document }

    var tables: [Table] {
        (chosen ?? result.tables).map { table in
            var table = table
            table.notes = table.notes.map(carried.adding)
            table.emptyMessage = carried.adding(to: table.emptyMessage)
            let commands = table.columns.indices.filter { table.columns[$0].isCommand }
            for row in table.rows.indices {
                for column in commands where column < table.rows[row].count {
                    guard case .text(let text) = table.rows[row][column] else { continue }
                    table.rows[row][column] = .text(carried.adding(to: text))
                }
            }
            return table
        }
    }
}
