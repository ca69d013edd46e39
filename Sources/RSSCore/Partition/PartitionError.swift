import RSSModel

/// What keeps partitions from being kept.
public enum PartitionError: ReportableError, Equatable {
    /// There is no such table, or it is not partitioned.
    case notPartitioned(String)
    /// The table is partitioned, but not by range over one date column.
    case unsupportedKey(String, definition: String)
    /// A bound could not be read.
    case unreadableBound(partition: String, bound: String)
    /// No lock was to be had within the budget.
    case lockBudgetSpent(partition: String, budget: String, blockers: [String])

    public var report: ErrorReport {
        switch self {
        case .notPartitioned(let table):
            ErrorReport(
                code: "RSS-PARTITION-001", exit: .failed, message: "\(table) is no partitioned table",
                hint: "rssctl migrate makes visit_reports; for another table name one that is partitioned")
        case .unsupportedKey(let table, let definition):
            ErrorReport(
                code: "RSS-PARTITION-002", exit: .failed, message: "\(table) is partitioned by \(definition)",
                hint: "tables that are partitioned by RANGE over one date column can be maintained")
        case .unreadableBound(let partition, let bound):
            ErrorReport(
                code: "RSS-PARTITION-003", exit: .failed, message: "the bound of \(partition) cannot be read as dates",
                detail: bound)
        case .lockBudgetSpent(let partition, let budget, let blockers):
            ErrorReport(
                code: "RSS-PARTITION-004", exit: .tryAgain, message: "no lock to attach \(partition) within \(budget)",
                detail: blockers.isEmpty ? nil : "blocked by \(blockers.joined(separator: "; "))",
                hint: "run rssctl partition maintain again when the sessions named have ended")
        }
    }
}
