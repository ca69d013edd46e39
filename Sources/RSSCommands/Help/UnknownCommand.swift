import ArgumentParser
import RSSCore
import RSSModel

/// A word where a command is expected that is not one. The parser would call it an unexpected argument, or print
/// the help of the group with status 0.
struct UnknownCommand: ReportableError {
    let word: String
    let group: String
    /// Commands that may have been meant, as they are typed.
    let suggestions: [String]

    /// Finds the first such word; nil when the commands are all known.
    init?(arguments: [String]) {
        // What completion scripts ask, followed by the words typed so far.
        if arguments.first?.hasPrefix("---") == true { return nil }
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
            let children = level.children
            if children.isEmpty { return nil }
            if word == "help", path.count == 1 { continue }
            let named = children.filter { $0._commandName == word || $0.configuration.aliases.contains(word) }
            guard let child = named.first else {
                self.word = word
                group = path.joined(separator: " ")
                suggestions = Self.suggestions(for: word, in: level, path)
                return
            }
            level = child
            path.append(word)
        }
        return nil
    }

    /// What may have been meant by a word: first what other tools call so, then commands of that name elsewhere, then what
    /// is spelt nearly so.
    private static func suggestions(
        for word: String, in level: any ParsableCommand.Type, _ path: [String]
    ) -> [String] {
        let group = path.joined(separator: " ")
        let names = level.children.map { $0._commandName }
        if let name = siblings[word]?.first(where: names.contains) { return ["\(group) \(name)"] }
        let below = leaves(level, path)
        let all = below + leaves(Root.self, ["rssctl"]).filter { !below.contains($0) }
        let named = all.filter { $0.hasSuffix(" \(word)") }
        // The shortest is the commonest.
        if !named.isEmpty { return named.sorted { $0.count < $1.count } }
        if let commands = elsewhere[word] { return commands }
        if let name = EditDistance.closest(to: word, among: names) { return ["\(group) \(name)"] }
        let last = all.compactMap { $0.split(separator: " ").last.map(String.init) }
        guard let name = EditDistance.closest(to: word, among: last) else { return [] }
        return all.filter { $0.hasSuffix(" \(name)") }
    }

    /// The verbs of a group and of those below, as they are typed.
    private static func leaves(_ level: any ParsableCommand.Type, _ path: [String]) -> [String] {
        level.children.filter { $0.configuration.shouldDisplay }.flatMap { child in
            let path = path + [child._commandName]
            return child.children.isEmpty ? [path.joined(separator: " ")] : leaves(child, path)
        }
    }

    /// Words of other tools, and verbs of the same group for them.
    private static let siblings: [String: [String]] = [
        "ls": ["list", "status"], "list": ["status"], "show": ["status"], "drop": ["retire", "remove", "delete"],
        "rm": ["remove", "delete", "retire"], "delete": ["remove", "retire"], "detach": ["retire"],
        "attach": ["undo"], "rollback": ["undo", "down"], "revert": ["undo", "down"],
        "create": ["maintain", "set", "new"], "add": ["create", "set", "new"], "apply": ["up"], "stop": ["down"],
        "start": ["up"], "info": ["status"], "generate": ["new"], "load": ["import"], "unload": ["export"],
    ]

    /// Words of other tools, and commands for them.
    private static let elsewhere: [String: [String]] = [
        "apply": ["rssctl migrate"], "upgrade": ["rssctl migrate"],
        "rollback": ["rssctl migrate down", "rssctl bulk undo"],
        "revert": ["rssctl migrate down", "rssctl bulk undo"], "start": ["rssctl sandbox up"],
        "stop": ["rssctl sandbox down"], "stat": ["rssctl migrate status", "rssctl partition status"],
        "info": ["rssctl doctor"], "load": ["rssctl bulk import"], "psql": ["rssctl sandbox psql"],
        "explain": ["rssctl migrate plan"], "ls": ["rssctl runs list"],
        "history": ["rssctl bulk history", "rssctl runs list"],
        "log": ["rssctl runs list"], "logs": ["rssctl runs list"], "settings": ["rssctl config show"],
        "ping": ["rssctl doctor"], "health": ["rssctl doctor", "rssctl analyze performance"],
    ]

    private static let flags: Set<String> = [
        "-h", "--help", "--version", "-q", "--quiet", "-v", "--verbose", "--pager", "--no-pager", "-n", "--dry-run",
        "-y", "--yes",
    ]

    var report: ErrorReport {
        let quoted = suggestions.prefix(4).map { "'\($0)'" }
        let meant = quoted.dropLast().joined(separator: ", ") + (quoted.count > 1 ? " or " : "") + (quoted.last ?? "")
        return ErrorReport(
            code: "RSS-USAGE-002", exit: .usage, message: "unknown command '\(word)' of \(group)",
            hint: quoted.isEmpty ? "\(group) --help lists the commands" : "did you mean \(meant)?")
    }
}
