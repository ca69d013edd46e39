import RSSModel

/// Why a plan cannot be executed.
package enum MaintenanceError: ReportableError, Equatable {
    /// Retention would take more out of a table at once than is likely to be meant.
    case massRetirement(table: String, partitions: [String], of: Int)
    /// The time of a saved plan is in the database's future.
    case planAhead

    /// The code of a run that stopped before a mass retirement.
    static let massRetirement = "RSS-PARTITION-110"

    package var report: ErrorReport {
        switch self {
        case .massRetirement(let table, let partitions, let total):
            let named = partitions.prefix(20).joined(separator: ", ")
            let more = partitions.count > 20 ? " and \(partitions.count - 20) more" : ""
            return ErrorReport(
                code: Self.massRetirement, exit: .failed,
                message:
                    "retention would retire \(partitions.count) of \(total) partitions of \(table), more than a quarter",
                detail: "None of them was retired: \(named)\(more).",
                hint:
                    "Check the policy and the server's clock. If it is intended: rssctl partition maintain \(table.shellWord) --allow-mass-retire \(partitions.count)"
            )
        case .planAhead:
            return ErrorReport(
                code: "RSS-PARTITION-111", exit: .dataError,
                message: "the time of the saved plan is in the database's future",
                hint: "Make a new one: rssctl partition plan --save FILE")
        }
    }
}
