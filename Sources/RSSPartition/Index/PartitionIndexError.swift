import RSSModel

/// Why an index of a partitioned table cannot be created, dropped or rebuilt.
package enum PartitionIndexError: ReportableError, Equatable {
    /// The text is not a single CREATE INDEX with a name.
    case notCreateIndex(problem: String)
    /// The index or table does not exist.
    case unknown(String)
    /// It is not an index of a partitioned table.
    case notPartitioned(String, instead: String)
    /// It belongs to a constraint.
    case ofConstraint(String, constraint: String, table: String)
    /// It is a part of the index of a partitioned table.
    case attached(String, to: String)
    /// Another index has the name.
    case differs(String, found: String, wanted: String)
    /// Rows have duplicate keys for a unique index.
    case duplicates(String, table: String, detail: String)
    /// Replication identifies rows by it.
    case replicaIdentity(String, table: String)

    package var report: ErrorReport {
        switch self {
        case .notCreateIndex(let problem):
            ErrorReport(
                code: "RSS-PARTITION-100", exit: .usage, message: "not a single CREATE INDEX statement: \(problem)",
                hint:
                    "Write it as in psql: rssctl partition index create 'CREATE INDEX t_x_idx ON t (x)'")
        case .unknown(let name):
            ErrorReport(
                code: "RSS-PARTITION-101", exit: .failed, message: "index or table \(name) does not exist",
                hint: "Name an index with its schema unless that is public. List the indexes in psql: \\di")
        case .notPartitioned(let name, let instead):
            ErrorReport(
                code: "RSS-PARTITION-102", exit: .failed, message: "\(name) is not an index of a partitioned table",
                hint: "Use the command of PostgreSQL: \(instead)")
        case .ofConstraint(let name, let constraint, let table):
            ErrorReport(
                code: "RSS-PARTITION-103", exit: .failed,
                message: "\(name) belongs to the constraint \(constraint) of \(table)",
                hint: "Drop it with the constraint: ALTER TABLE \(table) DROP CONSTRAINT \(constraint)")
        case .attached(let name, let parent):
            ErrorReport(
                code: "RSS-PARTITION-104", exit: .failed,
                message: "\(name) is a part of the partitioned index \(parent)",
                hint: "Drop the whole index: rssctl partition index drop \(parent.shellWord)")
        case .differs(let name, let found, let wanted):
            ErrorReport(
                code: "RSS-PARTITION-106", exit: .failed, message: "\(name) is another index already",
                detail: "The existing index is \(found); the new one is \(wanted).",
                hint:
                    "Give the new one another name, or drop that one first: rssctl partition index drop \(name.shellWord)"
            )
        case .duplicates(let name, let table, let detail):
            ErrorReport(
                code: "RSS-PARTITION-107", exit: .failed,
                message: "\(name) cannot be unique: rows of \(table) have duplicate keys",
                detail: detail,
                hint:
                    "Fix the rows and run the command again to resume; or drop the index: rssctl partition index drop \(name.shellWord)"
            )
        case .replicaIdentity(let name, let table):
            ErrorReport(
                code: "RSS-PARTITION-105", exit: .failed,
                message: "\(name) is the replica identity of \(table)",
                detail: "Without it, updates and deletes of a published table are refused.",
                hint: "Give the table another one first: ALTER TABLE \(table) REPLICA IDENTITY …")
        }
    }
}
