import ArgumentParser
import Console
import RSSCore

extension OutputFormat: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ProgressManner: ExpressibleByArgument {}

/// The options that every command has.
package struct GlobalOptions: ParsableArguments, Sendable {
    @Option(name: [.short, .long], help: "Output format.")
    var output: OutputFormat = .table

    @Option(help: "When to use colour.")
    var color: ColorChoice = .auto

    @Flag(name: [.short, .long], help: "Suppress progress, notices and the result of a clean run; for cron.")
    var quiet = false

    @Flag(name: [.short, .long], help: "Log each SQL statement with its duration, and progress off a terminal too.")
    var verbose = false

    @Option(help: "Progress format on stderr; json prints one object per line.")
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
        help: ArgumentHelp("Abort after this time, for example 30s or 5min.", valueName: "duration"),
        transform: parseDuration)
    var timeout: Duration?

    /// Makes options with their defaults.
    package init() {}

    var verbosity: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }

    /// The settings given as flags.
    var settingFlags: [SettingKey: String] {
        var flags: [SettingKey: String] = [:]
        flags[.databaseURL] = databaseURL
        flags[.redisURL] = redisURL
        return flags
    }
}

/// The options of commands that change something.
package struct ChangeOptions: ParsableArguments, Sendable {
    @Flag(name: [.customShort("n"), .long], help: "Print what would be done, with the SQL, and change nothing.")
    var dryRun = false

    @Flag(name: [.short, .long], help: "Skip the confirmation prompt.")
    var yes = false

    /// Makes options with their defaults.
    package init() {}
}

/// Reads a duration flag.
@Sendable func parseDuration(_ text: String) throws -> Duration {
    guard let duration = DurationText.parse(text) else {
        throw ValidationError("'\(text)' is not a duration; write 200ms, 30s, 5min, 2h or 7d.")
    }
    return duration
}
