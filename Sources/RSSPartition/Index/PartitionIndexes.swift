import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Indexes of a partitioned table, built leaf by leaf without blocking readers and writers.
struct PartitionIndexes {
    private let connection: PostgresConnection
    private let lockPolicy: LockPolicy
    private let observer: ConnectionOptions?
    private let progress: ProgressReporter

    init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, observer: ConnectionOptions?,
        progress: ProgressReporter
    ) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.observer = observer
        self.progress = progress
    }

    /// Builds an index where partitions lack it, and attaches it.
    ///
    /// - Throws: ``IndexBuildError``, `PostgresError`, ``LockBudgetSpent``, `CancellationError`.
    func complete(_ index: RelationName, of table: PartitionedTable) async throws {
        let sql = try await connection.query(
            "SELECT pg_get_indexdef(to_regclass($1))", [index.quoted]
        ).first?.decode(String?.self, at: 0)
        guard let sql, let build = try IndexBuild(sql: sql) else { return }
        try await Self.tellingDuplicates(index) {
            try await IndexBuilder(
                build.onWholeTable(), connection: connection, lockPolicy: lockPolicy, watch: BuildWatch(observer),
                progress: progress, place: SourcePlace(file: index.quoted, line: 1)
            ).build()
        }
    }

    /// Runs a build, and reports rows that prevent a unique index from being built, with how to continue and how to undo it.
    nonisolated(nonsending) static func tellingDuplicates(
        _ index: RelationName, _ work: () async throws -> Void
    ) async throws {
        do {
            try await work()
        } catch let error as PostgresError where error.sqlState == .uniqueViolation {
            throw PartitionIndexError.duplicates(
                index.quoted, table: error.table ?? "a partition", detail: error.detail ?? error.message)
        }
    }
}
