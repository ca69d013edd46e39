import ArgumentParser
import Console
import RSSCore
import RSSModel

extension ErrorReport {
    /// The parser's error about a command line that it refuses, in the form that every error has.
    ///
    /// - Parameter text: the parser's text: sentences, a list of values on lines of their own, and what was meant.
    init(usage text: String, arguments: [String]) {
        let command = CommandLinePath(arguments).words
        // The parser quotes an argument that it cannot place, which may be an address.
        var message = Redaction.scrub(text)
        var (detail, hint): (String?, String?)
        if let list = message.firstRange(of: ". Please provide one of the following:") {
            let values = message[list.upperBound...].split(whereSeparator: \.isNewline).map {
                $0.drop { " -".contains($0) }
            }
            detail = "Values: \(values.joined(separator: ", "))."
            message = String(message[..<list.lowerBound])
        }
        if let option = message.firstMatch(of: #/^Unknown option '([^']*)'/#) {
            message = "unknown option '\(option.1)'"
            hint = Self.meant(by: String(option.1), command).map { "Did you mean '\($0)'?" }
        }
        if message.hasSuffix(".") { message.removeLast() }
        // Except where it begins with a name of ours, or a word in capitals.
        if let first = message.first, first.isUppercase, message.dropFirst().first?.isLowercase == true {
            message = first.lowercased() + message.dropFirst()
        }
        self.init(
            code: "RSS-USAGE-001", exit: .usage, message: message, detail: detail,
            hint: hint ?? "\(command.joined(separator: " ")) --help")
    }

    /// The option that was meant: what other tools call so, or one of the command that is spelt nearly so.
    private static func meant(by option: String, _ command: [String]) -> String? {
        if let known = others[option] { return known }
        let names = CommandTree.options(of: command.dropFirst().joined(separator: " "))
        return EditDistance.closest(to: option, among: names) ?? names.first { $0.hasPrefix(option) }
            ?? names.first { $0.dropFirst(2).hasSuffix(option.dropFirst()) && option.hasPrefix("--") }
    }

    /// Options of other tools, and ours for them.
    private static let others = [
        "--no-color": "--color never", "--no-colour": "--color never", "--colour": "--color", "--json": "--output json",
        "--csv": "--output csv", "--format": "--output", "--silent": "--quiet", "--debug": "--verbose",
        "--dryrun": "--dry-run", "--force-yes": "--yes", "--assume-yes": "--yes", "--url": "--database-url",
        "--dsn": "--database-url", "--mapping": "--map", "--host": "--database-url", "-h": "--help",
        "--noop": "--dry-run", "--simulate": "--dry-run", "--plan": "--dry-run", "--force": "--yes",
        "--non-interactive": "--yes", "--no-input": "--yes", "--env": "--profile", "--environment": "--profile",
        "--yaml": "--output yaml", "--ndjson": "--output ndjson", "--markdown": "--output markdown",
        "--loglevel": "--verbose", "--log-level": "--verbose", "--no-progress": "--progress none",
    ]
}
