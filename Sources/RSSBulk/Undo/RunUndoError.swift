import PostgresClient
import RSSModel

/// Why a bulk run is not undone; nothing was changed then.
package enum RunUndoError: ReportableError {
    /// The run does not exist.
    case unknown(String)
    /// Several runs have an id that begins so.
    case ambiguous(String)
    /// It was undone already.
    case undone(String)
    /// Its rows as they were before are not kept any more.
    case over(String)
    /// It is loading still, or being undone.
    case running(String, holder: LockHolder?)
    /// The ledger names another table than that of the object.
    case foreignTable(String, object: String, table: String)
    /// Another role wrote it, or its author was not recorded by the server.
    case otherAuthor(String, author: String)
    /// The session's role is neither its author nor one that may act for that role.
    case notMember(String, author: String)
    /// Rows that were changed since are undone by the run's own author alone.
    case forceOfOther(String, author: String)
    /// What the ledger has of a batch cannot be what the batch wrote.
    case damagedBatch(String, number: Int32, problem: String)
    /// The run deleted rows, by its record, and its author could not have done so.
    case authorLacksRight(String, author: String, table: String, privilege: String)

    package var report: ErrorReport {
        switch self {
        case .unknown("last"):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError, message: "this role has no bulk run left to undo",
                hint: "Name a run to undo the rows that its first undo left. List all runs: rssctl bulk history")
        case .unknown(let name):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError, message: "bulk run '\(name)' does not exist",
                hint: "List the runs: rssctl bulk history")
        case .ambiguous(let name):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError,
                message: "several bulk runs have an id that begins with '\(name)'",
                hint: "Give more of the id. List the runs: rssctl bulk history")
        case .undone(let run):
            ErrorReport(
                code: "RSS-IMPORT-019", exit: .failed, message: "the run \(run) was undone already",
                hint: "Import its file again to restore its rows.")
        case .over(let run):
            ErrorReport(
                code: "RSS-IMPORT-019", exit: .failed,
                message: "the run \(run) can no longer be undone: the rows as they were are not kept that long",
                hint: "Import the right file. The time for which a run can be undone is set by --undo-days.")
        case .running(let run, let holder):
            ErrorReport(
                code: "RSS-IMPORT-016", exit: .tryAgain, message: "the run \(run) is still in progress",
                detail: holder.map { "The session is \($0)." }, hint: "Wait until it has ended, or end it.")
        case .foreignTable(let run, let object, let table):
            ErrorReport(
                code: "RSS-IMPORT-140", exit: .dataError,
                message: "rssctl.bulk_run, run \(run): '\(table)' is not the table of '\(object)'",
                detail: "Nothing of the row was run: bulk runs change hardware_inventory and recycling_records alone.",
                hint: "Ask the owner of schema rssctl who wrote the row.")
        case .otherAuthor(let run, let author):
            ErrorReport(
                code: "RSS-IMPORT-141", exit: .permission,
                message: "the author of the run \(run) is the role '\(author)', or was not recorded by the server",
                detail:
                    "A run of another role is undone only where that role is named. The author of runs before format 5 was not verified.",
                hint: "rssctl bulk undo \(run) --by \(author.shellWord) --dry-run")
        case .notMember(let run, let author):
            ErrorReport(
                code: "RSS-IMPORT-142", exit: .permission,
                message: "this role may not undo the run \(run) of the role '\(author)'",
                hint: "Connect as that role, as a member of it, or as the owner of schema rssctl.")
        case .forceOfOther(let run, let author):
            ErrorReport(
                code: "RSS-IMPORT-143", exit: .permission,
                message: "--force is for runs of the session's own role, and the run \(run) is of the role '\(author)'",
                detail:
                    "Rows that were changed since are identified only by the record of the run, in which its author could have written anything.",
                hint: "Leave --force out, or connect as that role.")
        case .damagedBatch(let run, let number, let problem):
            ErrorReport(
                code: "RSS-IMPORT-144", exit: .dataError,
                message: "rssctl.bulk_batch, run \(run), batch \(number): \(problem)",
                hint: "Ask the owner of schema rssctl who wrote this: rssctl did not.")
        case .authorLacksRight(let run, let author, let table, let privilege):
            ErrorReport(
                code: "RSS-IMPORT-145", exit: .permission,
                message:
                    "undoing the run \(run) requires \(privilege) on every row of \(table), which its author '\(author)' does not have",
                hint: "If the right was revoked since, grant it again: GRANT \(privilege) ON \(table) TO …")
        }
    }
}
