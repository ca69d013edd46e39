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
        let path = CommandLinePath(arguments)
        guard let (word, next) = path.unknown else { return nil }
        self.word = word
        group = path.text
        suggestions = Self.suggestions(for: word, before: arguments.dropFirst(next).first, path)
    }

    /// What may have been meant by a word: first the two words in the other order, then what other tools call so, then
    /// commands of that name elsewhere, then what is spelt nearly so.
    private static func suggestions(for typed: String, before next: String?, _ path: CommandLinePath) -> [String] {
        let (level, group) = (path.command, path.text)
        let word = typed.lowercased().replacing("_", with: "-")
        let names = level.children.filter { $0.configuration.shouldDisplay }.map { $0._commandName }
        if names.contains(word) { return ["\(group) \(word)"] }
        // `status migrate`, `import bulk`
        if let next, let other = level.children.first(where: { $0._commandName == next }) {
            let verbs = other.children.map { $0._commandName }
            let meant = verbs.first { $0 == word } ?? siblings[word]?.first(where: verbs.contains)
            if let meant { return ["\(group) \(next) \(meant)"] }
        }
        if let name = siblings[word]?.first(where: names.contains) { return ["\(group) \(name)"] }
        let below = leaves(level, path.words)
        let all = below + leaves(Root.self, ["rssctl"]).filter { !below.contains($0) }
        // `bulk-import`, `partition:check`
        let joined = word.replacing(#/[-:.\/]/#, with: " ")
        if joined != word, let command = all.first(where: { $0.hasSuffix(" \(joined)") }) { return [command] }
        let named = all.filter { $0.hasSuffix(" \(word)") }
        // The shortest is the commonest.
        if !named.isEmpty { return named.sorted { $0.count < $1.count } }
        if let commands = elsewhere[word] { return commands }
        if let name = EditDistance.closest(to: word, among: names) { return ["\(group) \(name)"] }
        let last = all.compactMap { $0.split(separator: " ").last.map(String.init) }
        let known = last + siblings.keys.sorted() + elsewhere.keys.sorted()
        guard let name = EditDistance.closest(to: word, among: known) else { return [] }
        let commands = all.filter { $0.hasSuffix(" \(name)") }
        if !commands.isEmpty { return commands }
        return siblings[name]?.first(where: names.contains).map { ["\(group) \($0)"] } ?? elsewhere[name] ?? []
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
        "ls": ["list", "status", "show"], "list": ["status", "show"], "show": ["status", "list", "query"],
        "get": ["show", "list", "query", "status"], "describe": ["show", "status"],
        "view": ["show", "status", "query"],
        "drop": ["retire", "remove", "delete", "destroy"], "rm": ["remove", "delete", "retire", "prune"],
        "delete": ["remove", "retire", "destroy", "prune"], "remove": ["retire", "delete", "destroy", "prune"],
        "detach": ["retire"], "attach": ["undo", "restore"], "reattach": ["undo"],
        "rollback": ["undo", "down", "abort"], "revert": ["undo", "down", "abort"], "undo": ["down"],
        "cancel": ["abort"], "reset": ["destroy"], "create": ["maintain", "set", "new", "up", "init"],
        "add": ["create", "set", "new", "save"], "make": ["maintain", "new", "create"], "apply": ["up", "maintain"],
        "run": ["up", "maintain", "warm"], "stop": ["down"], "kill": ["down"], "start": ["up"], "launch": ["up"],
        "info": ["status", "show"], "state": ["status"], "diff": ["drift", "plan"], "preview": ["plan"],
        "dry-run": ["plan"], "generate": ["new", "template"], "validate": ["verify", "check", "lint"],
        "verify": ["check", "validate"], "check": ["status", "validate", "verify", "lint"],
        "test": ["verify", "check"],
        "load": ["import", "warm", "restore"], "unload": ["export"], "save": ["export", "set"], "insert": ["import"],
        "upload": ["import"], "download": ["export"], "refresh": ["warm"], "fill": ["warm"], "prewarm": ["warm"],
        "search": ["query", "list"], "find": ["query", "list"], "select": ["query"], "history": ["list"],
        "log": ["show", "list", "history"], "logs": ["show", "list", "history"], "purge": ["prune"],
        "clean": ["prune"], "cleanup": ["prune"], "move": ["drain"], "rebuild": ["reindex"], "edit": ["set"],
        "update": ["set"], "change": ["set"], "env": ["show"], "pg-dump": ["dump"], "schema": ["dump"],
        "mark": ["baseline"], "accept": ["repair"], "fix": ["repair"], "premake": ["maintain"],
        "partition": ["convert"], "migrate": ["convert"],
    ]

    /// Words of other tools, and commands for them.
    private static let elsewhere: [String: [String]] = [
        "apply": ["rssctl migrate"], "upgrade": ["rssctl migrate"], "up": ["rssctl migrate", "rssctl sandbox up"],
        "down": ["rssctl sandbox down", "rssctl migrate down"], "migration": ["rssctl migrate"],
        "migrations": ["rssctl migrate status"], "schema": ["rssctl migrate dump", "rssctl migrate status"],
        "rollback": ["rssctl migrate down", "rssctl bulk undo"],
        "revert": ["rssctl migrate down", "rssctl bulk undo"], "start": ["rssctl sandbox up"],
        "stop": ["rssctl sandbox down"], "stat": ["rssctl migrate status", "rssctl partition status"],
        "info": ["rssctl doctor"], "load": ["rssctl bulk import"], "upload": ["rssctl bulk import"],
        "csv": ["rssctl bulk import"], "excel": ["rssctl bulk import"], "xlsx": ["rssctl bulk import"],
        "download": ["rssctl bulk export"], "psql": ["rssctl sandbox psql"], "sql": ["rssctl sandbox psql"],
        "shell": ["rssctl sandbox psql"], "ls": ["rssctl runs list"],
        "history": ["rssctl bulk history", "rssctl runs list"], "jobs": ["rssctl runs list"],
        "log": ["rssctl runs list"], "logs": ["rssctl runs list"], "journal": ["rssctl runs list"],
        "settings": ["rssctl config show"], "setting": ["rssctl config show"], "profiles": ["rssctl config show"],
        "ping": ["rssctl doctor"], "health": ["rssctl doctor", "rssctl analyze performance"],
        "diagnose": ["rssctl doctor"], "error": ["rssctl explain"], "errors": ["rssctl explain"],
        "code": ["rssctl explain"], "codes": ["rssctl explain"], "completions": ["rssctl completion"],
        "partitions": ["rssctl partition status"], "reports": ["rssctl report query"],
        "report": ["rssctl report query"],
        "performance": ["rssctl analyze performance"], "slow": ["rssctl analyze performance"],
        "roles": ["rssctl setup roles"], "grant": ["rssctl setup roles"], "grants": ["rssctl setup roles"],
        "redis": ["rssctl cache warm"], "demo": ["rssctl sandbox up"], "topics": ["rssctl help topics"],
        "man": ["rssctl help"], "usage": ["rssctl help"],
    ]

    var report: ErrorReport {
        let quoted = suggestions.prefix(4).map { "'\($0)'" }
        let meant = quoted.dropLast().joined(separator: ", ") + (quoted.count > 1 ? " or " : "") + (quoted.last ?? "")
        return ErrorReport(
            code: "RSS-USAGE-002", exit: .usage, message: "unknown command '\(word)' of \(group)",
            hint: quoted.isEmpty ? "List the commands: \(group) --help" : "Did you mean \(meant)?")
    }
}
