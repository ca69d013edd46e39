import RSSModel

/// A relation with a table's name is something else: a view would run its owner's code, a foreign table is stored elsewhere.
struct NotATable: ReportableError, Equatable {
    /// The relation.
    let relation: String
    /// What it is.
    let kind: String

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-022", exit: .failed, message: "\(relation) is a \(kind), not a table",
            detail: "Rows are written to tables and partitioned tables only.",
            hint: "See its definition and its owner in psql: \\d+ \(relation)")
    }
}
