import RSSModel

/// A row of rssctl's own tables has a value that rssctl did not write. What is read from them is data: it is checked, and
/// nothing of a row that fails is used.
package struct BookkeepingRowError: ReportableError {
    /// The table, as SQL writes it.
    package let table: String
    /// Which row.
    package let row: String
    /// What is wrong with it.
    package let problem: String

    package init(_ table: String, row: String, problem: String) {
        self.table = table
        self.row = row
        self.problem = problem
    }

    package var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-014", exit: .dataError, message: "\(table), \(row): \(problem)",
            detail: "Such a row was not written by rssctl; nothing of it was used.",
            hint: "See in psql which roles may write it: \\dp rssctl.*")
    }
}

/// The tables are of an earlier rssctl, and the role may not change them, or the run must not change anything.
package struct BookkeepingOutdated: ReportableError {
    package let found: Int32?

    package init(
        found: Int32?
    ) {
        self.found = found
    }

    package var report: ErrorReport {
        let format = found.map { "of format \($0)" } ?? "missing"
        return ErrorReport(
            code: "RSS-PG-015", exit: .permission,
            message:
                "the tables of schema rssctl are \(format), and this rssctl needs format \(BookkeepingSchema.format)",
            hint: "Run as the owner of schema rssctl, or of the database: rssctl migrate")
    }
}
