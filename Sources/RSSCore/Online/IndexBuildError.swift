import RSSModel

/// Why an index cannot be built without blocking writes.
package enum IndexBuildError: ReportableError, Equatable {
    /// An index to be built concurrently has no name, so that an interrupted build could not be found again.
    case unnamed(place: SourcePlace)
    /// The table of an index is not there.
    case tableMissing(String, place: SourcePlace)
    /// `CREATE INDEX CONCURRENTLY … ON ONLY` of a partitioned table.
    case onlyConcurrently(place: SourcePlace)
    /// A partition is a foreign table, without which the index of the whole is never valid.
    case foreignPartition(String, place: SourcePlace)
    /// Another relation has the index's name.
    case nameTaken(String, place: SourcePlace)
    /// An index of the name is there, and is another one.
    case differs(String, found: String, wanted: String, place: SourcePlace)
    /// Indexes that migrations build are there and invalid.
    case invalid([String])

    package var report: ErrorReport {
        switch self {
        case .unnamed(let place):
            ErrorReport(
                code: "RSS-MIGRATE-021", exit: .dataError,
                message: "an index that is built concurrently needs a name",
                detail: "Without one an interrupted build could not be found again.",
                hint: "Give it a name: CREATE INDEX CONCURRENTLY name ON …", place: place)
        case .tableMissing(let table, let place):
            ErrorReport(
                code: "RSS-MIGRATE-022", exit: .failed,
                message: "cannot build the index: table \(table) does not exist",
                hint: "Check the name and the search_path: rssctl config show", place: place)
        case .onlyConcurrently(let place):
            ErrorReport(
                code: "RSS-MIGRATE-023", exit: .dataError,
                message: "ON ONLY of a partitioned table cannot be built concurrently",
                hint: "Leave ONLY out: the index is then built on each partition, concurrently.", place: place)
        case .foreignPartition(let partition, let place):
            ErrorReport(
                code: "RSS-MIGRATE-043", exit: .failed,
                message:
                    "\(partition) is a foreign table, and the table it is a partition of cannot be indexed concurrently",
                detail: "An index put together from those of the partitions is valid only when each partition has one.",
                hint:
                    "Build an index on each of the other partitions instead: CREATE INDEX CONCURRENTLY … ON partition …",
                place: place)
        case .nameTaken(let name, let place):
            ErrorReport(
                code: "RSS-MIGRATE-024", exit: .failed, message: "another relation is named \(name)",
                hint: "Give the index another name.", place: place)
        case .differs(let name, let found, let wanted, let place):
            ErrorReport(
                code: "RSS-MIGRATE-025", exit: .failed, message: "there is another index named \(name)",
                detail: "It is \(found); expected is \(wanted).",
                hint: "Drop it first, in a migration, or give the new one another name.", place: place)
        case .invalid(let names):
            ErrorReport(
                code: "RSS-MIGRATE-026", exit: .failed,
                message: "invalid: \(names.joined(separator: ", ")); writes maintain it, and no query uses it",
                hint: names.map { "REINDEX INDEX CONCURRENTLY \($0)" }.joined(separator: "; "))
        }
    }
}
