import PostgresClient
import RSSModel

/// Waits until no older transaction has a snapshot that may still read a table: a concurrent build would wait for them inside the server,
/// where they could not be reported and no budget would hold.
package struct SnapshotWait {
    private let connection: PostgresConnection
    private let budget: Duration
    private let progress: ProgressReporter

    package init(_ connection: PostgresConnection, budget: Duration, progress: ProgressReporter) {
        self.connection = connection
        self.budget = budget
        self.progress = progress
    }

    /// Returns once they are gone.
    ///
    /// - Parameter table: its oid.
    /// - Throws: ``LockBudgetSpent`` with the sessions, `PostgresError`, `CancellationError`.
    package func wait(for table: Int64) async throws {
        var patience = LockPatience(budget: budget)
        var watch = HolderWatch()
        while true {
            let blockers = watch.blockers(
                try await connection.query(SQLResource(PackageResources.build_blockers_sql).text, [table])
                    .map(HolderWatch.Holder.init))
            if blockers.isEmpty { return }
            try await patience.wait(for: blockers, .notBegun, progress)
        }
    }
}
