import RSSModel

/// Why partitions cannot be drained, split or merged.
package enum ReshapeError: ReportableError, Equatable {
    /// No column or columns identify a row.
    case noIdentity(table: String)
    /// The table has something that does not allow its partitions to be replaced.
    case obstacles(table: String, [String])
    /// Other work is in progress on the table.
    case otherWork(table: String, kind: String)
    /// The work in progress was requested with other options.
    case otherRequest(table: String, kind: String, request: String)
    /// The table is not what it was when the work began.
    case changed(table: String, problem: String)
    /// No work is in progress that could be cancelled.
    case nothingToAbort(table: String)
    /// The partitions are attached already.
    case tooLateToAbort(table: String, kind: String)
    /// The table has no default partition, or the partition named is the default one.
    case notFor(partition: String, problem: String, hint: String)
    /// The copies differ from the rows.
    case copiesDiffer(table: String, detail: String)
    /// Rows belong to a retired partition, whose range is kept free.
    case quarantined(table: String, range: String, partition: String)
    /// More partitions would be created than is reasonable.
    case tooMany(table: String, count: Int)

    package var report: ErrorReport {
        switch self {
        case .noIdentity(let table):
            ErrorReport(
                code: "RSS-PARTITION-020", exit: .failed, message: "the rows of \(table) cannot be distinguished",
                detail: "Changes are tracked by a primary key, or a unique index over NOT NULL columns.",
                hint: "Add one, for example in a migration: ALTER TABLE \(table) ADD PRIMARY KEY …")
        case .obstacles(let table, let obstacles):
            ErrorReport(
                code: "RSS-PARTITION-021", exit: .failed,
                message: "the partitions of \(table) cannot be replaced",
                detail: "Obstacles: \(obstacles.joined(separator: "; ")).",
                hint: "Remove the obstacles, and run the same command again. Nothing was changed.")
        case .otherWork(let table, let kind):
            ErrorReport(
                code: "RSS-PARTITION-022", exit: .failed, message: "a \(kind) of \(table) is in progress",
                hint:
                    "Finish it with the command that began it, or cancel it: rssctl partition \(kind == "convert" ? "convert \(table.shellWord) --abort" : "abort \(table.shellWord)")"
            )
        case .otherRequest(let table, let kind, let request):
            ErrorReport(
                code: "RSS-PARTITION-023", exit: .failed,
                message: "a \(kind) of \(table) is in progress with other options: \(request)",
                hint: "Run that one to its end, or cancel it: rssctl partition abort \(table.shellWord)")
        case .changed(let table, let problem):
            ErrorReport(
                code: "RSS-PARTITION-024", exit: .failed, message: "\(table) was changed meanwhile: \(problem)",
                hint: "Cancel the work and start again: rssctl partition abort \(table.shellWord)")
        case .nothingToAbort(let table):
            ErrorReport(
                code: "RSS-PARTITION-025", exit: .failed, message: "no work is in progress on \(table)",
                hint: "rssctl partition status \(table.shellWord)")
        case .tooLateToAbort(let table, let kind):
            ErrorReport(
                code: "RSS-PARTITION-026", exit: .failed,
                message: "the \(kind) of \(table) cannot be cancelled: its partitions are in use",
                hint: "Run the same \(kind) again, which only cleans up.")
        case .notFor(let partition, let problem, let hint):
            ErrorReport(
                code: "RSS-PARTITION-027", exit: .failed, message: "\(partition): \(problem)", hint: hint)
        case .copiesDiffer(let table, let detail):
            ErrorReport(
                code: "RSS-PARTITION-028", exit: .failed,
                message: "the copies differ from the rows of \(table); nothing was swapped", detail: detail,
                hint: "Report this as a defect, and cancel the work: rssctl partition abort \(table.shellWord)")
        case .quarantined(let table, let range, let partition):
            ErrorReport(
                code: "RSS-PARTITION-031", exit: .failed,
                message:
                    "the default partition of \(table) holds rows of \(range), and \(partition) of that range is retired",
                detail: "Another partition in its place would prevent it from being reattached. Nothing was moved.",
                hint: "Reattach it, which moves these rows into it: rssctl partition undo \(partition.shellWord)")
        case .tooMany(let table, let count):
            ErrorReport(
                code: "RSS-PARTITION-029", exit: .failed, message: "\(table) would get \(count) more partitions",
                hint: "Choose a longer interval, or fewer cells.")
        }
    }
}
