import RSSModel

/// Why a partition cannot be taken out of its table, dropped, or reattached.
package enum RetireError: ReportableError, Equatable {
    /// It is the only one that is left.
    case last(String)
    /// It is the default partition.
    case isDefault(String)
    /// It is one whose rows cannot be accounted for.
    case unaccountable(String, reason: String)
    /// Rows of other tables reference its rows, and the references would be lost.
    case referenced(String, by: String, onDelete: String, keys: [String])
    /// Rows of a table that was taken out itself reference its rows, until that one is dropped.
    case waits(String, for: String, until: String)
    /// It was dropped.
    case dropped(String, archive: String?)
    /// Its drop has begun: rows that belonged to it are deleted.
    case dropBegun(String)
    /// There is nothing of it to be undone.
    case notRetired(String)
    /// No folder is given for archives.
    case noFolder(table: String)
    /// Another partition has its place.
    case occupied(String, range: String, by: String, table: String)
    /// Its columns are not those of its table any more.
    case columnsDiffer(String, table: String, problem: String, remedy: String)
    /// It is out of its table already.
    case alreadyRetired(String, dropAfter: String)
    /// The default partition holds rows of its range that cannot be moved into it.
    case strayRows(String, defaultPartition: String, range: String, problem: String)
    /// Rows of its range in the default partition have keys that its own rows have.
    case keysMeet(String, defaultPartition: String, detail: String)

    package var report: ErrorReport {
        switch self {
        case .last(let name):
            ErrorReport(
                code: "RSS-PARTITION-085", exit: .failed, message: "\(name) is the last partition of its table",
                hint: "Create others first: rssctl partition maintain")
        case .isDefault(let name):
            ErrorReport(
                code: "RSS-PARTITION-086", exit: .failed, message: "\(name) is a default partition",
                detail: "Its rows belong to partitions that do not exist.", hint: "Move them: rssctl partition drain")
        case .unaccountable(let name, let reason):
            ErrorReport(
                code: "RSS-PARTITION-087", exit: .failed, message: "\(name) cannot be retired: \(reason)",
                hint: "Check its rows, and detach it manually.")
        case .referenced(let name, let by, let onDelete, let keys):
            ErrorReport(
                code: "RSS-PARTITION-088", exit: .failed, message: "rows of \(by) reference rows of \(name)",
                detail: "The foreign key says ON DELETE \(onDelete). Referenced: \(keys.joined(separator: ", ")).",
                hint: "Delete those rows of \(by), or let them reference something else, and run the command again.")
        case .waits(let name, let other, let until):
            ErrorReport(
                code: "RSS-PARTITION-112", exit: .tryAgain,
                message: "\(name) waits for \(other), to be dropped on \(until)",
                detail: "Rows of \(other) reference its rows.",
                hint:
                    "Run the command again after that day, or reattach the other one: rssctl partition undo \(other.shellWord)"
            )
        case .dropped(let name, let archive):
            ErrorReport(
                code: "RSS-PARTITION-089", exit: .failed, message: "\(name) was dropped already",
                detail: archive == nil ? "It was not archived." : nil,
                hint: archive.map { "rssctl partition restore \($0.shellWord)" } ?? "Restore it from the backup.")
        case .dropBegun(let name):
            ErrorReport(
                code: "RSS-PARTITION-090", exit: .failed, message: "the drop of \(name) has begun",
                detail: "Rows of other tables that belonged to it are deleted.",
                hint: "Finish the drop, then restore everything: rssctl partition maintain && rssctl partition restore")
        case .notRetired(let name):
            ErrorReport(
                code: "RSS-PARTITION-091", exit: .failed, message: "\(name) is not retired",
                hint: "List the partitions: rssctl partition status")
        case .noFolder(let table):
            ErrorReport(
                code: "RSS-PARTITION-092", exit: .usage, message: "no folder is given for the archive",
                hint:
                    "Give one with --to, or set one in the policy: rssctl partition policy set \(table.shellWord) --archive"
            )
        case .occupied(let name, let range, let by, let table):
            ErrorReport(
                code: "RSS-PARTITION-093", exit: .failed,
                message: "\(name) cannot hold \(range) again: \(by) has its place",
                hint:
                    "Make room: ALTER TABLE \(table) DETACH PARTITION \(by); then undo again, and run: INSERT INTO \(table) SELECT * FROM \(by)"
            )
        case .columnsDiffer(let name, let table, let problem, let remedy):
            ErrorReport(
                code: "RSS-PARTITION-094", exit: .failed,
                message: "\(name) no longer matches \(table): \(problem)",
                detail: "The table was changed after the partition was taken out of it.",
                hint: "Change the partition in the same way, and undo again: \(remedy)")
        case .alreadyRetired(let name, let dropAfter):
            ErrorReport(
                code: "RSS-PARTITION-095", exit: .failed, message: "\(name) is retired already",
                detail: "It may be dropped after \(dropAfter) UTC.",
                hint: "Reattach it: rssctl partition undo \(name.shellWord)")
        case .strayRows(let name, let defaultPartition, let range, let problem):
            ErrorReport(
                code: "RSS-PARTITION-096", exit: .failed,
                message: "\(name) cannot take over the rows of \(range) in \(defaultPartition): \(problem)",
                hint: "Move these rows of \(defaultPartition) away by hand, or delete them, and run the command again.")
        case .keysMeet(let name, let defaultPartition, let detail):
            ErrorReport(
                code: "RSS-PARTITION-097", exit: .failed,
                message: "rows of \(defaultPartition) that belong to \(name) conflict with rows in it", detail: detail,
                hint:
                    "Nothing was changed. Give those rows of \(defaultPartition) other keys, or delete them, and undo again."
            )
        }
    }
}
