import RSSModel

/// Why partitions cannot be maintained.
package enum PartitionError: ReportableError, Equatable {
    /// The table does not exist, or is not partitioned.
    case notPartitioned(String, NotPartitioned)
    /// The table is partitioned, but not by range over one column of a type that is known.
    case unsupportedKey(String, definition: String)
    /// A bound could not be read.
    case unreadableBound(partition: String, bound: String)
    /// A policy in the database could not be read.
    case unreadablePolicy(String, text: String)
    /// There is a policy for a table that does not exist, or is plain now.
    case policyWithoutTable(String)
    /// The policy is not one for the table as it is.
    case policyMisfit(String, problem: String)
    /// The table is partitioned by something other than a date and has no policy.
    case noPolicy(String)
    /// The default partition holds rows of a partition that is to be made.
    case strayRows(table: String, range: String)
    /// No lock could be acquired within the budget.
    case lockBudgetSpent(partition: String, budget: String, blockers: [BlockingSession])
    /// A file is not a saved plan.
    case unreadablePlan(file: String, problem: String)
    /// The catalog is not as it was when the plan was made.
    case stalePlan(table: String)

    package var report: ErrorReport {
        switch self {
        case .notPartitioned(let table, let instead): Self.report(of: table, instead)
        case .unsupportedKey(let table, let definition):
            ErrorReport(
                code: "RSS-PARTITION-002", exit: .failed, message: "\(table) is partitioned by \(definition)",
                hint:
                    "Only tables that are partitioned by RANGE over one column can be maintained: date, timestamp, timestamptz, integer or UUIDv7."
            )
        case .unreadableBound(let partition, let bound):
            ErrorReport(
                code: "RSS-PARTITION-003", exit: .failed, message: "the bound of \(partition) cannot be read",
                detail: bound, hint: "See the table in psql: \\d+ \(partition)")
        case .lockBudgetSpent(let partition, let budget, let blockers):
            ErrorReport(
                code: "RSS-PARTITION-004", exit: .tryAgain, message: "no lock for \(partition) within \(budget)",
                hint: "Run the same command again when the sessions named have ended.", blockers: blockers)
        case .strayRows(let table, let range):
            ErrorReport(
                code: "RSS-PARTITION-005", exit: .failed,
                message: "the default partition of \(table) holds rows of \(range)",
                detail: "A partition cannot be attached beside them.", hint: "rssctl partition drain \(table.shellWord)"
            )
        case .unreadablePolicy(let table, let text):
            ErrorReport(
                code: "RSS-PARTITION-006", exit: .configuration,
                message: "the policy of \(table) cannot be read: \(text)",
                hint: "Set it again: rssctl partition policy set \(table.shellWord)")
        case .policyWithoutTable(let table):
            ErrorReport(
                code: "RSS-PARTITION-030", exit: .failed, message: "\(table) has a policy but is not partitioned",
                detail: "It was dropped, renamed or made plain since the policy was set.",
                hint: "rssctl partition policy remove \(table.shellWord)")
        case .policyMisfit(let table, let problem):
            ErrorReport(
                code: "RSS-PARTITION-007", exit: .configuration,
                message: "the policy of \(table) does not fit the table: \(problem)",
                hint: "Set it again: rssctl partition policy set \(table.shellWord)")
        case .noPolicy(let table):
            ErrorReport(
                code: "RSS-PARTITION-008", exit: .configuration, message: "\(table) has no policy",
                hint: "Derive one from its partitions: rssctl partition policy adopt \(table.shellWord)")
        case .unreadablePlan(let file, let problem):
            ErrorReport(
                code: "RSS-PARTITION-009", exit: .dataError, message: "\(file) is not a saved plan",
                detail: "It is invalid: \(problem).",
                hint: "Make one: rssctl partition plan --save \(file.shellWord)")
        case .stalePlan(let table):
            ErrorReport(
                code: "RSS-PARTITION-010", exit: .pending,
                message: "the plan is out of date: \(table) has changed since the plan was made",
                hint: "Check a new one: rssctl partition plan")
        }
    }

    private static func report(of table: String, _ instead: NotPartitioned) -> ErrorReport {
        let (message, hint): (String, String)
        switch instead {
        case .plain:
            message = "\(table) is not partitioned"
            hint =
                "Convert it, which is possible while it is in use: rssctl partition convert \(table.shellWord) --by COLUMN"
        case .partition(let parent):
            (message, hint) = ("\(table) is a partition, not a partitioned table", "Name its table: \(parent)")
        case .other(let kind):
            (message, hint) = ("\(table) is \(kind), not a partitioned table", "See it in psql: \\d \(table)")
        case .nothing(let nearest?, _): (message, hint) = ("table \(table) does not exist", "Did you mean \(nearest)?")
        case .nothing(nil, let known):
            message = "table \(table) does not exist"
            let more = known.count > 10 ? " and \(known.count - 10) more" : ""
            hint =
                known.isEmpty
                ? "No table of this database is partitioned. Convert one, which is possible while it is in use: rssctl partition convert"
                : "The partitioned tables are \(known.prefix(10).joined(separator: ", "))\(more)."
        }
        return ErrorReport(code: "RSS-PARTITION-001", exit: .failed, message: message, hint: hint)
    }
}
