import RSSModel

/// What is wrong with the configuration.
package enum SettingsError: ReportableError, Equatable {
    /// The file named does not exist or cannot be read.
    case fileUnreadable(path: String, reason: String)
    /// The file is not valid YAML, or not of the shape expected.
    case malformed(SourcePlace, reason: String)
    /// The file has a key that is not a setting.
    case unknownKey(String, SourcePlace, suggestion: String?)
    /// A value does not fit its setting; the value is left out where it may be a secret.
    case badValue(key: String, value: String?, expected: String, origin: String)
    /// The profile asked for is not in the file.
    case unknownProfile(String, known: [String])
    /// No database is configured, and no sandbox is running.
    case noDatabase
    /// No Redis is configured, and no sandbox is running.
    case noRedis
    /// Two settings of one level name different targets; both are named with their origins.
    case contradiction(String, String)
    /// An address cannot be understood. Nothing of it is in here.
    case malformedAddress(key: String, origin: String, reason: String)
    /// A file that a setting names cannot be used.
    case unusableFile(key: String, origin: String, path: String, reason: String)
    /// Any user can change the configuration file, or a folder above it, and so say where passwords are sent.
    case unsafeFile(path: String, open: String)
    /// A setting that is to be written to the file is set in a stronger place.
    case outranked(String, by: String)
    /// A list in the file is written in a form that is left to its author.
    case notEditable(String, SourcePlace)

    package var report: ErrorReport {
        switch self {
        case .fileUnreadable(let path, let reason):
            ErrorReport(
                code: "RSS-CONFIG-001", exit: .configuration, message: "the configuration file \(path) cannot be read",
                detail: reason, hint: "Name another one with --config, or write one: rssctl config init")
        case .malformed(let place, let reason):
            ErrorReport(
                code: "RSS-CONFIG-002", exit: .configuration, message: "the configuration file is malformed",
                detail: reason, hint: "See a valid file: rssctl config init --print", place: place)
        case .unknownKey(let key, let place, let suggestion):
            ErrorReport(
                code: "RSS-CONFIG-003", exit: .configuration, message: "unknown setting '\(key)'",
                hint: suggestion.map { "Did you mean '\($0)'?" } ?? "List every setting: rssctl config init --print",
                place: place)
        case .badValue(let key, let value, let expected, let origin):
            ErrorReport(
                code: "RSS-CONFIG-004", exit: .configuration,
                message: "invalid value for \(key)\(value.map { ": '\($0)'" } ?? "") (expected \(expected))",
                detail: "It was set by \(origin).", hint: "List every setting: rssctl config init --print")
        case .unknownProfile(let name, let known):
            ErrorReport(
                code: "RSS-CONFIG-005", exit: .configuration, message: "profile '\(name)' does not exist",
                detail: known.isEmpty
                    ? "The configuration has no profiles." : "The profiles are \(known.joined(separator: ", ")).",
                hint: known.isEmpty
                    ? "Leave it out, or add it. See where: rssctl config init --print"
                    : "Name one of them with --profile.")
        case .noDatabase:
            ErrorReport(
                code: "RSS-CONFIG-006", exit: .configuration,
                message: "no database is configured, and no sandbox is running",
                hint:
                    "Name one (DB_HOST and DB_NAME, PGHOST, --database-url or a configuration file: rssctl config init), or start a private one: rssctl sandbox up"
            )
        case .noRedis:
            ErrorReport(
                code: "RSS-CONFIG-007", exit: .configuration,
                message: "no Redis is configured, and no sandbox is running",
                hint:
                    "Name one (REDIS_HOST, REDIS_URL or a configuration file: rssctl config init), or start a private one: rssctl sandbox up"
            )
        case .contradiction(let one, let other):
            ErrorReport(
                code: "RSS-CONFIG-009", exit: .configuration,
                message: "\(one) and \(other) name different targets, and neither takes precedence",
                detail: "Of two different settings of one level, neither takes precedence.",
                hint: "Remove one of them. List every setting with its origin: rssctl config show")
        case .malformedAddress(let key, let origin, let reason):
            ErrorReport(
                code: "RSS-CONFIG-010", exit: .configuration, message: "\(key) is malformed: \(reason)",
                detail: "It comes from \(origin). Nothing of it is shown, because it may hold a password.",
                hint: key.hasPrefix("redis")
                    ? "Write redis://host:port/0 or rediss://host:port/0, with what is special in a password as %XX."
                    : "Write postgresql://user@host:port/database, with what is special in a password as %XX.")
        case .unusableFile(let key, let origin, let path, let reason):
            ErrorReport(
                code: "RSS-CONFIG-011", exit: .configuration, message: "the file of \(key) cannot be used: \(path)",
                detail: "The reason is: \(reason). It comes from \(origin).",
                hint: "Check owner and mode: ls -l \(path.shellWord)")
        case .unsafeFile(let path, let open):
            ErrorReport(
                code: "RSS-CONFIG-012", exit: .configuration,
                message: "the configuration file \(path) is not used, because any user can write \(open)",
                detail: "Whoever can write it decides which server is given the passwords that it names.",
                hint: "chmod o-w \(open.shellWord)")
        case .outranked(let key, let origin):
            ErrorReport(
                code: "RSS-CONFIG-013", exit: .configuration,
                message: "\(key) is set by \(origin), which takes precedence over the configuration file",
                hint: "remove it there, or leave --write out and add the lines where it is set")
        case .notEditable(let key, let place):
            ErrorReport(
                code: "RSS-CONFIG-014", exit: .configuration,
                message: "\(key) cannot be added to the configuration file",
                detail: "It is not written as a list with an item on each line.",
                hint: "write it so, or add the lines by hand", place: place)
        }
    }
}
