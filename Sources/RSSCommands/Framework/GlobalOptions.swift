import ArgumentParser
import Console
import RSSCore

extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ProgressManner: ExpressibleByArgument {}

/// The options that every command has.
public struct GlobalOptions: ParsableArguments, Sendable {
    @Option(name: [.short, .long], help: "Form of the result.")
    var output: OutputFormat = .table

    @Option(help: "When to use colour.")
    var color: ColorChoice = .auto

    @Flag(name: [.short, .long], help: "Say nothing but warnings and errors; for cron.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Tell each SQL statement with its time, and progress off a terminal too.")
    var verbose = false

    @Option(help: "How progress is told on stderr; json is one object a line.")
    var progress: ProgressManner = .auto

    @Flag(inversion: .prefixedNo, help: "Page long tables on a terminal.")
    var pager = true

    @Option(help: "Configuration file.", completion: .file(extensions: ["yaml", "yml"]))
    var config: String?

    @Option(help: "Profile of the configuration file.", completion: .custom(Completion.profiles))
    var profile: String?

    @Option(
        help: ArgumentHelp(
            "Database address, postgresql://user@host:port/name; a password in it is visible to ps.", valueName: "url"))
    var databaseURL: String?

    @Option(help: ArgumentHelp("Redis address, redis://host:port/0.", valueName: "url"))
    var redisURL: String?

    @Option(
        help: ArgumentHelp("Give up after this time, for example 30s or 5min.", valueName: "duration"),
        transform: parseDuration)
    var timeout: Duration?

    /// Makes options with their defaults.
    public init() {}

    var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

    /// What a command that is printed to be run needs, so that it goes to the same servers; without a password.
    var targetFlags: [String] {
        let flags = [
            ("--config", config), ("--profile", profile), ("--database-url", databaseURL.map(Redaction.address)),
        ]
        return flags.flatMap { flag, value in value.map { [flag, $0] } ?? [] }
    }

    /// The settings given as flags.
    var settingFlags: [SettingKey: String] {
        var flags: [SettingKey: String] = [:]
        flags[.databaseURL] = databaseURL
        flags[.redisURL] = redisURL
        return flags
    }
}

/// The options of commands that change something.
public struct ChangeOptions: ParsableArguments, Sendable {
    @Flag(name: [.customShort("n"), .long], help: "Show exactly what would be done, and do nothing.")
    var dryRun = false

    @Flag(name: [.short, .long], help: "Do not ask.")
    var yes = false

    /// Makes options with their defaults.
    public init() {}
}

/// Reads a duration flag.
@Sendable func parseDuration(_ text: String) throws -> Duration {
    guard let duration = DurationText.parse(text) else {
        throw ValidationError("'\(text)' is no duration; write 200ms, 30s, 5min, 2h or 7d.")
    }
    return duration
}
