import RSSModel

/// Why a table cannot be converted, or a conversion cannot be resumed or undone.
package enum ConversionError: ReportableError, Equatable {
    /// A dependent object of the table can be neither carried over nor left.
    case refused(table: String, reasons: [ConversionRefusal])
    /// The table does not exist.
    case noSuchTable(String)
    /// It is partitioned already.
    case alreadyPartitioned(String)
    /// The column is missing, or of a type by which no table is partitioned here.
    case unsuitableColumn(table: String, column: String, problem: String)
    /// Rows are so far ahead that they look like mistakes.
    case rowsFarAhead(table: String, limit: String, rows: [String])
    /// Rows have no value in the column.
    case rowsWithoutKey(table: String, column: String, rows: Int64)
    /// A name that is needed is taken.
    case nameTaken(String)
    /// Another conversion of the table was begun.
    case otherConversion(table: String, begun: String)
    /// There is no conversion that could be undone.
    case nothingToUndo(table: String, what: String)
    /// The cutover to the partitioned table is done.
    case alreadyConverted(table: String)
    /// Rows are in other partitions than the former table.
    case rowsInOtherPartitions(table: String, partitions: [String])
    /// A value that is to be unique exists twice.
    case duplicate(table: String, detail: String)
    /// No lock could be acquired within the budget.
    case lockBudgetSpent(table: String, budget: String, blockers: [BlockingSession])
    /// The request contradicts itself or the table.
    case unsuitableRequest(table: String, problem: String, hint: String)

    package var report: ErrorReport {
        switch self {
        case .refused(let table, let reasons):
            ErrorReport(
                code: "RSS-PARTITION-040", exit: .failed,
                message: "\(table) cannot be converted as it is",
                detail:
                    "Reasons: \(reasons.map { "\($0.object): \($0.problem) (\($0.remedy))" }.joined(separator: "; ")).",
                hint: "Fix what is named, and check again: rssctl partition convert \(table.shellWord) … --dry-run")
        case .noSuchTable(let table):
            ErrorReport(
                code: "RSS-PARTITION-041", exit: .failed, message: "table \(table) does not exist",
                hint: "Name it with its schema, as in public.visit_reports.")
        case .alreadyPartitioned(let table):
            ErrorReport(
                code: "RSS-PARTITION-042", exit: .failed, message: "\(table) is partitioned already",
                hint: "rssctl partition status \(table.shellWord)")
        case .unsuitableColumn(let table, let column, let problem):
            ErrorReport(
                code: "RSS-PARTITION-043", exit: .failed,
                message: "\(table) cannot be partitioned by \(column): \(problem)",
                hint: "Name a column of the type date, timestamp, timestamptz, integer or UUIDv7 with --by.")
        case .rowsFarAhead(let table, let limit, let rows):
            ErrorReport(
                code: "RSS-PARTITION-044", exit: .failed, message: "\(table) has rows from \(limit) on",
                detail: "Rows: \(rows.joined(separator: ", ")).",
                hint: rows.contains("infinity")
                    ? "Give these rows a date, or remove them: no partition holds infinity beside other values."
                    : "Fix them, or give with --until an end of the first partition that is after the last of them.")
        case .rowsWithoutKey(let table, let column, let rows):
            ErrorReport(
                code: "RSS-PARTITION-045", exit: .failed, message: "\(rows) rows of \(table) have no \(column)",
                hint: "Set it: no partition accepts a row without it.")
        case .nameTaken(let name):
            ErrorReport(
                code: "RSS-PARTITION-046", exit: .failed, message: "name \(name) is needed, but already in use",
                hint: "Rename or drop the object that has it.")
        case .otherConversion(let table, let begun):
            ErrorReport(
                code: "RSS-PARTITION-047", exit: .failed, message: "another conversion of \(table) was begun: \(begun)",
                hint: "Resume that one, or undo it: rssctl partition convert \(table.shellWord) --abort")
        case .nothingToUndo(let table, let what):
            ErrorReport(
                code: "RSS-PARTITION-048", exit: .failed, message: "there is no conversion of \(table) to \(what)",
                hint: "rssctl partition status \(table.shellWord)")
        case .alreadyConverted(let table):
            ErrorReport(
                code: "RSS-PARTITION-049", exit: .failed, message: "\(table) is converted already",
                hint: "Undo it: rssctl partition convert \(table.shellWord) --undo")
        case .rowsInOtherPartitions(let table, let partitions):
            ErrorReport(
                code: "RSS-PARTITION-050", exit: .failed,
                message: "rows of \(table) are in partitions other than the former table",
                detail: "Partitions: \(partitions.joined(separator: ", ")).",
                hint: "Move these rows first: a conversion can be undone while all rows are in the former table.")
        case .duplicate(let table, let detail):
            ErrorReport(
                code: "RSS-PARTITION-051", exit: .failed,
                message: "a value of \(table) that is to be unique exists twice",
                detail: detail, hint: "Fix the rows, and run the same command again.")
        case .lockBudgetSpent(let table, let budget, let blockers):
            ErrorReport(
                code: "RSS-PARTITION-052", exit: .tryAgain, message: "no lock for \(table) within \(budget)",
                hint: "Run the same command again when the sessions named have ended.", blockers: blockers)
        case .unsuitableRequest(let table, let problem, let hint):
            ErrorReport(
                code: "RSS-PARTITION-053", exit: .usage, message: "\(table) cannot be converted like this: \(problem)",
                hint: hint)
        }
    }
}

/// An obstacle to a conversion.
package struct ConversionRefusal: Sendable, Equatable, Codable {
    /// The object.
    package var object: String
    /// Why.
    package var problem: String
    /// What to do about it.
    package var remedy: String
}
