import RSSModel

/// What keeps partitions from being drained, split or merged.
package enum ReshapeError: ReportableError, Equatable {
    /// No column or columns tell one row from another.
    case noIdentity(table: String)
    /// Something of the table does not go with partitions being put in the place of others.
    case obstacles(table: String, [String])
    /// Other work is under way on the table.
    case otherWork(table: String, kind: String)
    /// What is under way was asked for otherwise.
    case otherRequest(table: String, kind: String, request: String)
    /// The table is not what it was when the work began.
    case changed(table: String, problem: String)
    /// Nothing is under way that could be taken back.
    case nothingToAbort(table: String)
    /// The partitions are in their places already.
    case tooLateToAbort(table: String, kind: String)
    /// The table has no default partition, or the partition named is the default one.
    case notFor(partition: String, problem: String, hint: String)
    /// The copies differ from the rows.
    case copiesDiffer(table: String, detail: String)
    /// Rows belong to a partition that was taken out and is to find its place free.
    case quarantined(table: String, range: String, partition: String)
    /// More partitions would come out than anybody wants.
    case tooMany(table: String, count: Int)

    package var report: ErrorReport {
        switch self {
        case .noIdentity(let table):
            ErrorReport(
                code: "RSS-PARTITION-020", exit: .failed, message: "the rows of \(table) cannot be told apart",
                detail: "changes are followed by a primary key, or a unique index over NOT NULL columns",
                hint: "add one, for example with rssctl migrate: ALTER TABLE \(table) ADD PRIMARY KEY …")
        case .obstacles(let table, let obstacles):
            ErrorReport(
                code: "RSS-PARTITION-021", exit: .failed,
                message: "the partitions of \(table) cannot be replaced", detail: obstacles.joined(separator: "; "),
                hint: "remove what stands in the way, and run the same command again; nothing was changed")
        case .otherWork(let table, let kind):
            ErrorReport(
                code: "RSS-PARTITION-022", exit: .failed, message: "a \(kind) of \(table) is under way",
                hint:
                    "finish it with the command that began it, or take it back: rssctl partition \(kind == "convert" ? "convert \(table.shellWord) --abort" : "abort \(table.shellWord)")"
            )
        case .otherRequest(let table, let kind, let request):
            ErrorReport(
                code: "RSS-PARTITION-023", exit: .failed,
                message: "a \(kind) of \(table) is under way that was asked for otherwise: \(request)",
                hint: "run that one to its end, or take it back: rssctl partition abort \(table.shellWord)")
        case .changed(let table, let problem):
            ErrorReport(
                code: "RSS-PARTITION-024", exit: .failed, message: "\(table) was changed meanwhile: \(problem)",
                hint: "take the work back and begin anew: rssctl partition abort \(table.shellWord)")
        case .nothingToAbort(let table):
            ErrorReport(
                code: "RSS-PARTITION-025", exit: .failed, message: "nothing is under way on \(table)",
                hint: "rssctl partition status \(table.shellWord)")
        case .tooLateToAbort(let table, let kind):
            ErrorReport(
                code: "RSS-PARTITION-026", exit: .failed,
                message: "the \(kind) of \(table) cannot be taken back: its partitions are in use",
                hint: "run the same \(kind) again, which only clears up")
        case .notFor(let partition, let problem, let hint):
            ErrorReport(
                code: "RSS-PARTITION-027", exit: .failed, message: "\(partition): \(problem)", hint: hint)
        case .copiesDiffer(let table, let detail):
            ErrorReport(
                code: "RSS-PARTITION-028", exit: .failed,
                message: "the copies differ from the rows of \(table); nothing was swapped", detail: detail,
                hint: "take the work back, and please report it: rssctl partition abort \(table.shellWord)")
        case .quarantined(let table, let range, let partition):
            ErrorReport(
                code: "RSS-PARTITION-031", exit: .failed,
                message:
                    "the default partition of \(table) holds rows of \(range), and \(partition) of that range is retired",
                detail: "another partition in its place would keep it from ever coming back; nothing was moved",
                hint: "rssctl partition undo \(partition.shellWord) attaches it again, and takes these rows along")
        case .tooMany(let table, let count):
            ErrorReport(
                code: "RSS-PARTITION-029", exit: .failed, message: "\(table) would come to \(count) partitions more",
                hint: "choose a longer interval, or fewer cells")
        }
    }
}
