import RSSCore
import RSSModel

/// Why rows cannot be archived or restored.
package enum ArchiveError: BlindingError, Equatable {
    /// A file or folder of an archive cannot be written.
    case unwritable(path: String, reason: String)
    /// There is an archive of the partition already.
    case exists(folder: String)
    /// Another run is writing the same archive.
    case busy(folder: String)
    /// A file of an archive is not as it was written.
    case damaged(file: String, problem: String)
    /// The files do not hold what the database holds.
    case mismatch(relation: String, problem: String)
    /// The table is not a partition, attached or retired.
    case notPartition(String)
    /// Restored rows reference rows that do not exist: the partition is loaded, but not attached.
    case waiting(relation: String, by: String, detail: String)
    /// It is one whose rows cannot be accounted for.
    case unaccountable(String, reason: String)
    /// Which rows belong to the partition's rows cannot be determined.
    case untraceable(relation: String, problem: String)
    /// Something is in the place of a partition that is to be restored.
    case occupied(partition: String, range: String, by: String)
    /// A table lacks something that archived rows need.
    case misfit(relation: String, problem: String)
    /// Archived rows conflict with existing rows.
    case conflict(relation: String, detail: String?)

    package var report: ErrorReport {
        switch self {
        case .unwritable(let path, let reason):
            ErrorReport(
                code: "RSS-PARTITION-070", exit: .cannotWrite, message: "\(path) cannot be written", detail: reason,
                hint:
                    "Make room or give the right to write, or archive to another folder with --to. Nothing was left there."
            )
        case .exists(let folder):
            ErrorReport(
                code: "RSS-PARTITION-071", exit: .cannotWrite, message: "an archive already exists: \(folder)",
                hint: "Move it away, or archive to another folder. To check it first: rssctl partition verify-archive")
        case .busy(let folder):
            ErrorReport(
                code: "RSS-PARTITION-072", exit: .tryAgain, message: "another run is writing \(folder)",
                hint: "Wait for it to end. List the active runs: rssctl runs list --outcome running")
        case .damaged(let file, let problem):
            ErrorReport(
                code: "RSS-PARTITION-073", exit: .dataError, message: "\(file) is damaged: \(problem)",
                hint: "Take a copy from the backup; or archive the partition again if it still exists.")
        case .mismatch(let relation, let problem):
            ErrorReport(
                code: "RSS-PARTITION-074", exit: .failed,
                message: "\(relation) differs from its archive: \(problem)",
                hint: "Nothing was dropped. Move the archive away and archive the partition again.")
        case .notPartition(let name):
            ErrorReport(
                code: "RSS-PARTITION-075", exit: .failed,
                message: "\(name) is not a partition, attached or retired",
                hint: "List the partitions: rssctl partition status")
        case .untraceable(let relation, let problem):
            ErrorReport(
                code: "RSS-PARTITION-076", exit: .failed,
                message: "the rows of \(relation) that belong to the partition cannot be determined: \(problem)",
                hint: "A partition with such rows is neither archived nor dropped by rssctl.")
        case .occupied(let partition, let range, let by):
            ErrorReport(
                code: "RSS-PARTITION-077", exit: .failed, message: "\(partition) cannot hold \(range): \(by)",
                hint:
                    "Move away what is in its place, or restore into another table: rssctl partition restore ARCHIVE --table"
            )
        case .misfit(let relation, let problem):
            ErrorReport(
                code: "RSS-PARTITION-078", exit: .failed, message: "the archive does not fit \(relation): \(problem)",
                hint:
                    "The manifest holds the structure that the rows had. Restore into a table of that structure with --table."
            )
        case .conflict(let relation, let detail):
            ErrorReport(
                code: "RSS-PARTITION-079", exit: .failed,
                message: "archived rows of \(relation) conflict with existing rows", detail: detail,
                hint: "Nothing was restored. Remove the rows that conflict and run the command again.")
        case .waiting(let relation, let by, let detail):
            ErrorReport(
                code: "RSS-PARTITION-081", exit: .failed,
                message: "\(relation) is loaded, but not attached: its rows reference rows that do not exist, by \(by)",
                detail: detail,
                hint:
                    "Restore those rows and run the same command again, which resumes; or drop what was loaded: DROP TABLE \(relation)"
            )
        case .unaccountable(let name, let reason):
            ErrorReport(
                code: "RSS-PARTITION-080", exit: .failed, message: "\(name) cannot be archived: \(reason)",
                detail: "Its rows are stored in other tables, and an archive of it would be empty.",
                hint: "Copy its rows by hand in psql: \\copy (SELECT * FROM \(name)) TO FILE")
        }
    }
}
