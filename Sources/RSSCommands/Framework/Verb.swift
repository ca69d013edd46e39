import ArgumentParser
import RSSModel

/// A command that does something: it declares what it is, validates its flags, and returns a value. It never prints.
package protocol Verb: AsyncParsableCommand, Sendable {
    associatedtype Output: CommandResult

    /// What the verb is.
    static var declaration: Declaration { get }

    /// The options that every command has.
    var global: GlobalOptions { get }

    /// `--dry-run` and `--yes`; nil for a verb that changes nothing.
    var change: ChangeOptions? { get }

    /// Flags of its own, beside those of every command, that commands of the same group need to work on the same things.
    var ownCarriedFlags: [(name: String, value: String?)] { get }

    /// The next step after an interruption, as a hint.
    static var stepAfterInterruption: String { get }

    /// Whether `--quiet` leaves the result out when the run ended with ``ExitStatus/done``.
    var isSilentWhenDone: Bool { get }

    /// What to ask before something is destroyed; nil when there is nothing to ask.
    func question(_ context: Context) async throws -> String?

    /// Does the work.
    func execute(_ context: Context) async throws -> Output
}

extension Verb {
    /// Built from the declaration.
    package static var configuration: CommandConfiguration { declaration.configuration }

    /// None: the verb changes nothing.
    package var change: ChangeOptions? { nil }

    /// None.
    package var ownCarriedFlags: [(name: String, value: String?)] { [] }

    /// What changes something resumes; what reads begins again.
    package static var stepAfterInterruption: String {
        declaration.effect == .reads ? "Run the same command again." : "Run the same command again: it resumes."
    }

    /// So it is with changes and checks: of those the status says all. A query is run for its result.
    package var isSilentWhenDone: Bool {
        let isCheck = Self.declaration.exits.contains(.findings) || Self.declaration.exits.contains(.pending)
        return (Self.declaration.effect != .reads || isCheck) && change?.dryRun != true
    }

    /// Nothing to ask.
    package func question(_ context: Context) async throws -> String? { nil }

    /// Runs the verb; ends by throwing its exit status, which the root turns into the process's.
    package func run() async throws {
        if global.watch != nil, Self.declaration.effect != .reads {
            throw ValidationError("--watch is for commands that read; rssctl \(Self.declaration.command) writes.")
        }
        let status = await Runner(verb: self, world: World.current).run()
        if status != .done { throw ExitCode(status.rawValue) }
    }
}

/// A group of verbs.
package protocol Group: ParsableCommand {
    /// Name of the group.
    static var group: String { get }
    /// One line of what it is for.
    static var abstract: String { get }
    /// More, in paragraphs.
    static var discussion: String { get }
    /// Its verbs, those of ``sections`` among them.
    static var verbs: [any ParsableCommand.Type] { get }
    /// Its verbs under headings, where there are many.
    static var sections: [CommandGroup] { get }
    /// The verb that runs when none is named.
    static var defaultVerb: (any ParsableCommand.Type)? { get }
}

extension Group {
    /// None.
    package static var discussion: String { "" }
    /// None: all its verbs are under one heading.
    package static var sections: [CommandGroup] { [] }
    /// Those of the sections.
    package static var verbs: [any ParsableCommand.Type] { sections.flatMap(\.subcommands) }
    /// None: the bare group prints its help.
    package static var defaultVerb: (any ParsableCommand.Type)? { nil }
    /// Built from the group's own words.
    package static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: group, abstract: abstract, discussion: discussion,
            subcommands: sections.isEmpty ? verbs : [], groupedSubcommands: sections, defaultSubcommand: defaultVerb)
    }
}
