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

    @Option(
        help: ArgumentHelp(
            "Columns of the table, in this order; json has all. An unknown name lists them.", valueName: "name,..."),
        transform: ColumnChoice.init(parsing:))
    var columns: ColumnChoice?

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

    @Option(
        help: ArgumentHelp(
            "Repeat a command that reads, at this interval, until it is interrupted.", valueName: "duration"),
        transform: parseInterval)
    var watch: Duration?

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

/// Reads the interval of `--watch`.
@Sendable func parseInterval(_ text: String) throws -> Duration {
    let interval = try parseDuration(text)
    // A server is not to be asked without a pause.
    if interval < .milliseconds(100) { throw ValidationError("--watch is at least 100ms.") }
    return interval
}
