import RSSModel

/// What keeps partitions from being kept.
public enum PartitionError: ReportableError, Equatable {
    /// There is no such table, or it is not partitioned.
    case notPartitioned(String)
    /// The table is partitioned, but not by range over one date column.
    case unsupportedKey(String, definition: String)
    /// A bound could not be read.
    case unreadableBound(partition: String, bound: String)
    /// The table has a default partition, which ATTACH would scan while nobody else can use it.
    case hasDefault(table: String, partition: String)
    /// No lock was to be had within the budget.
    case lockBudgetSpent(partition: String, budget: String, blockers: [BlockingSession])

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
        case .hasDefault(let table, let partition):
            ErrorReport(
                code: "RSS-PARTITION-005", exit: .failed, message: "\(table) has a default partition, \(partition)",
                detail: "attaching another one would scan it while readers and writers wait",
                hint: "empty it and detach it first: ALTER TABLE \(table) DETACH PARTITION \(partition)")
        case .lockBudgetSpent(let partition, let budget, let blockers):
            ErrorReport(
                code: "RSS-PARTITION-004", exit: .tryAgain, message: "no lock to attach \(partition) within \(budget)",
                hint: "run rssctl partition maintain again when the sessions named have ended", blockers: blockers)
        }
    }
}
