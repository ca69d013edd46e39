import RSSModel

/// Why a policy cannot be set, adopted or imported.
package enum PolicyError: ReportableError, Equatable {
    /// The interval is missing, or is not valid for the key.
    case interval(String, problem: String)
    /// The server does not know the zone.
    case unknownZone(String, nearest: String?)
    /// The tablespace does not exist, or the role may not use it.
    case tablespace(String, problem: String)
    /// The owner of the table may not make tables in the tablespace.
    case tablespaceOfOthers(String, owner: String)
    /// A storage parameter is not valid, or has a value that PostgreSQL refuses.
    case storageParameter(String, problem: String)
    /// The column holds other UUIDs than those of version 7.
    case notVersion7(String, figures: String)
    /// The bounds of the partitions fit no interval.
    case notAdoptable(String, problem: String, hint: String)
    /// A file is not a document of policies.
    case unreadableDocument(SourcePlace, problem: String)
    /// Partitions would be kept for less than one of them holds.
    case retention(String, problem: String)
    /// A quarantine is longer than a hundred years.
    case quarantine(String, days: Int)
    /// The folder of archives is not an absolute path.
    case archive(String)
    /// The folder of archives cannot be used on this machine.
    case archivePlace(String, reason: String)
    /// The numbers of an integer key are not times in the unit that was given.
    case epoch(String, number: Int64, unit: EpochUnit, likely: EpochUnit?)

    package var report: ErrorReport {
        switch self {
        case .interval(let table, let problem):
            ErrorReport(
                code: "RSS-PARTITION-011", exit: .usage, message: "invalid interval for \(table): \(problem)",
                hint:
                    "Give --interval hour, day, week, month, quarter, year or a number; or derive it from the partitions: rssctl partition policy adopt \(table.shellWord)"
            )
        case .unknownZone(let zone, let nearest):
            ErrorReport(
                code: "RSS-PARTITION-012", exit: .usage, message: "time zone '\(zone)' is not known to the server",
                hint: nearest.map { "Did you mean '\($0)'?" }
                    ?? "List the time zones that it knows: SELECT name FROM pg_timezone_names")
        case .tablespace(let name, let problem):
            ErrorReport(
                code: "RSS-PARTITION-013", exit: .usage, message: "partitions cannot be put into \(name): \(problem)",
                hint: "List the tablespaces in psql: \\db")
        case .tablespaceOfOthers(let name, let owner):
            ErrorReport(
                code: "RSS-PARTITION-114", exit: .permission,
                message: "role \(owner), which owns the table, may not create tables in tablespace \(name)",
                detail: "Partitions belong to the owner of their table, whoever creates them.",
                hint: "GRANT CREATE ON TABLESPACE \(name) TO \(owner)")
        case .storageParameter(let parameter, let problem):
            ErrorReport(
                code: "RSS-PARTITION-014", exit: .usage,
                message: "'\(parameter)' cannot be a storage parameter of a partition", detail: problem,
                hint: "Write name=value, as in fillfactor=90.")
        case .notVersion7(let column, let figures):
            ErrorReport(
                code: "RSS-PARTITION-015", exit: .dataError, message: "\(column) does not hold UUIDs of version 7",
                detail: figures, hint: "Use a column of UUIDs that begin with a time (RFC 9562, version 7)."
            )
        case .notAdoptable(let table, let problem, let hint):
            ErrorReport(
                code: "RSS-PARTITION-016", exit: .failed,
                message: "no policy can be derived from the partitions of \(table)", detail: problem, hint: hint)
        case .unreadableDocument(let place, let problem):
            ErrorReport(
                code: "RSS-PARTITION-017", exit: .dataError, message: "\(place.file) holds no policies",
                detail: problem,
                hint: "Write such a file: rssctl partition policy export", place: place)
        case .retention(let table, let problem):
            ErrorReport(
                code: "RSS-PARTITION-018", exit: .usage, message: "invalid retention for \(table): \(problem)",
                hint: "Write '24 months', 90d, '3 months 5 days', or a number for an integer key.")
        case .quarantine(let table, let days):
            ErrorReport(
                code: "RSS-PARTITION-032", exit: .usage, message: "invalid quarantine for \(table): \(days) days",
                hint: "Write a number from 0 to \(PartitionPolicy.mostQuarantineDays), for example 7d.")
        case .archive(let folder):
            ErrorReport(
                code: "RSS-PARTITION-019", exit: .usage, message: "'\(folder)' is not an absolute path",
                hint:
                    "Write an absolute path, as in /srv/archive: the policy holds for every machine that maintains the table."
            )
        case .archivePlace(let folder, let reason):
            ErrorReport(
                code: "RSS-PARTITION-122", exit: .cannotWrite,
                message: "archives cannot be written to \(folder) on this machine", detail: "\(folder): \(reason)",
                hint:
                    "Give --archive-elsewhere if another machine runs maintain; else create it for the user who runs it: install -d -m 700 \(folder.shellWord)"
            )
        case .epoch(let column, let number, let unit, let likely):
            ErrorReport(
                code: "RSS-PARTITION-120", exit: .dataError,
                message: "\(column) does not hold \(unit) since 1970",
                detail: "It holds \(number), which as \(unit) is not a time from 1990 to 2100.",
                hint: likely.map { "Give the unit that they look like, \($0): --epoch \($0.rawValue)" }
                    ?? "Leave --epoch out, and give --interval and --retention as numbers.")
        }
    }
}
