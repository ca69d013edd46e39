import ArgumentParser
import RSSModel

/// What a verb is, as data: help, man pages, completions, the reference page and the runner all read this.
package struct Declaration: Sendable {
    /// What a verb does to the servers.
    package enum Effect: String, Sendable {
        /// Touches no server, or only reads.
        case reads
        /// Changes something that can be changed back; has `--dry-run`, and asks on a terminal where it has a question.
        case writes
        /// Removes something; asks on a terminal, needs `--yes` off it, and has `--dry-run`.
        case destroys
    }

    /// What a verb must be given to work.
    package enum Need: Sendable { case settings, postgres, redis }

    /// An example as a user would type it; the tests run each one.
    package struct Example: Sendable {
        /// What it is for.
        package let comment: String
        /// The command line.
        package let command: String
        /// The exit status it ends with on a healthy, freshly seeded sandbox.
        package let exit: ExitStatus

        /// Makes an example.
        package init(_ comment: String, _ command: String, exit: ExitStatus = .done) {
            self.comment = comment
            self.command = command
            self.exit = exit
        }
    }

    /// Group and verb as typed: `partition maintain`.
    package let command: String
    /// One line of at most 80 characters without a full stop.
    package let abstract: String
    /// More, in paragraphs.
    package let discussion: String
    /// What it does to the servers.
    package let effect: Effect
    /// The name of the advisory lock that serializes its runs; nil for none.
    package let lock: String?
    /// Whether the session that does the work holds the lock too, so that the one is never lost without the other; if
    /// not, the runner holds it on a session of its own.
    package let workHoldsLock: Bool
    /// What it must be given.
    package let needs: Set<Need>
    /// Whether its runs are written into the journal.
    package let isJournaled: Bool
    /// Examples, the commonest first.
    package let examples: [Example]
    /// The exit statuses it can end with besides those that every command has.
    package let exits: [ExitStatus]
    /// Whether it is left out of help.
    package let isHidden: Bool

    /// Makes a declaration.
    package init(
        _ command: String, _ abstract: String, discussion: String = "", effect: Effect = .reads, lock: String? = nil,
        workHoldsLock: Bool = false, needs: Set<Need> = [], journaled: Bool = true, examples: [Example],
        exits: [ExitStatus] = [],
        hidden: Bool = false
    ) {
        self.command = command
        self.abstract = abstract
        self.discussion = discussion
        self.effect = effect
        self.lock = lock
        self.workHoldsLock = workHoldsLock
        self.needs = needs
        isJournaled = journaled
        self.examples = examples
        self.exits = exits
        isHidden = hidden
    }

    /// The last word of the command.
    package var name: String { command.split(separator: " ").last.map(String.init) ?? command }

    /// Every exit status it can end with, in order.
    package var allExits: [ExitStatus] {
        var all: Set<ExitStatus> = [.done, .failed, .usage, .interrupted, .terminated]
        all.formUnion(exits)
        if needs.contains(.postgres) || needs.contains(.redis) {
            all.formUnion([.unavailable, .configuration, .tryAgain, .permission])
        }
        return all.sorted { $0.rawValue < $1.rawValue }
    }

    /// The discussion with examples and exit statuses, as help shows it.
    package var fullDiscussion: String {
        var parts: [String] = discussion.isEmpty ? [] : [discussion]
        let shown = examples.map { "  # \($0.comment)\n  \($0.command)" }.joined(separator: "\n\n")
        if !shown.isEmpty { parts.append("EXAMPLES:\n\(shown)") }
        let exits = allExits.map { "  \(String($0.rawValue).leftPadded(to: 3))  \($0.summary)" }.joined(separator: "\n")
        parts.append("EXIT STATUS:\n\(exits)")
        return parts.joined(separator: "\n\n")
    }

    var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: name, abstract: abstract, discussion: fullDiscussion, shouldDisplay: !isHidden)
    }
}

extension String {
    func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
