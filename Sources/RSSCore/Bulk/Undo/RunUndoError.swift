import PostgresClient
import RSSModel

/// Why a bulk run is not taken back; nothing was changed then.
public enum RunUndoError: ReportableError {
    /// There is no such run.
    case unknown(String)
    /// Several runs have an id that begins so.
    case ambiguous(String)
    /// It was taken back already.
    case undone(String)
    /// Its rows as they were before are not kept any more.
    case over(String)
    /// It is loading still, or being taken back.
    case running(String, holder: LockHolder?)

    public var report: ErrorReport {
        switch self {
        case .unknown("last"):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError, message: "there is no bulk run left to be taken back",
                hint: "name the run to take back what was kept of it; rssctl bulk history lists them")
        case .unknown(let name):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError, message: "there is no bulk run '\(name)'",
                hint: "rssctl bulk history lists them")
        case .ambiguous(let name):
            ErrorReport(
                code: "RSS-IMPORT-018", exit: .dataError,
                message: "several bulk runs have an id that begins with '\(name)'",
                hint: "give more of it; rssctl bulk history lists them")
        case .undone(let run):
            ErrorReport(
                code: "RSS-IMPORT-019", exit: .failed, message: "the run \(run) was taken back already",
                hint: "to have its rows again, import its file again")
        case .over(let run):
            ErrorReport(
                code: "RSS-IMPORT-019", exit: .failed,
                message: "the run \(run) cannot be taken back any more: the rows as they were are not kept so long",
                hint: "import the right file; --undo-days says how long they are kept")
        case .running(let run, let holder):
            ErrorReport(
                code: "RSS-IMPORT-016", exit: .tryAgain, message: "the run \(run) is at work still",
                detail: holder.map { "\($0)" }, hint: "wait until it has ended, or end it")
        }
    }
}
