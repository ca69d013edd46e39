import PostgresClient
import RSSModel

/// The wait between two batches of rows while a standby is far behind, so that a long change of data does not leave the
/// standbys further and further behind.
package struct ReplicaLag: Sendable {
    /// A standby and how far it is behind.
    package struct Standby: Sendable, Equatable, CustomStringConvertible {
        let name: String
        /// Its address; nil for a local socket.
        let address: String?
        let seconds: Double

        /// `standby s1 (10.0.0.5) is 34 s behind`
        package var description: String {
            "standby \(name)\(address.map { " (\($0))" } ?? "") is \(Int64(seconds.rounded())) s behind"
        }
    }

    /// The lag beyond which the next batch waits.
    package var limit: Duration
    /// The longest wait between two batches.
    package var budget: Duration
    /// How long between two checks.
    package var pause: Duration
    /// How long between two notes.
    package var reminder: Duration

    package init(
        limit: Duration = .seconds(10), budget: Duration = .seconds(600), pause: Duration = .seconds(1),
        reminder: Duration = .seconds(30)
    ) {
        self.limit = limit
        self.budget = budget
        self.pause = pause
        self.reminder = reminder
    }

    /// Waits until no standby is further behind than the limit, and names the one that is, at once and then every 30 s.
    ///
    /// - Throws: ``ReplicaLagError``, `PostgresError`, `CancellationError`.
    package func wait(_ connection: PostgresConnection, _ progress: ProgressReporter) async throws {
        try await wait(progress) {
            try await connection.query(SQLResource(PackageResources.replica_lag_sql).text).first.map { row in
                let (name, address, seconds) = try row.decode(String.self, String?.self, Double.self)
                return Standby(name: name, address: address, seconds: seconds)
            }
        }
    }

    /// The same with the furthest standby as the caller finds it.
    package func wait(_ progress: ProgressReporter, furthest: () async throws -> Standby?) async throws {
        let began = ContinuousClock.now
        var noted: ContinuousClock.Instant?
        while let standby = try await furthest(), standby.seconds > limit / .seconds(1) {
            let waited = began.duration(to: .now)
            guard waited < budget else { throw ReplicaLagError(standby: standby, waited: waited) }
            if noted.map({ $0.duration(to: .now) >= reminder }) ?? true {
                let since = noted == nil ? "" : ", waiting for \(waited.components.seconds) s"
                progress(.note("Waiting for a replica: \(standby)\(since)"))
                noted = .now
            }
            try await Task.sleep(for: pause)
        }
    }
}

/// A standby stayed too far behind for as long as a change of data waits for it.
struct ReplicaLagError: ReportableError {
    let standby: ReplicaLag.Standby
    let waited: Duration

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-018", exit: .tryAgain,
            message: "\(standby), and did not catch up within \(waited.components.seconds) s",
            detail: "The batches so far are committed.",
            hint: "Run the same command again when replay_lag is less than 10 s: SELECT * FROM pg_stat_replication"
        )
    }
}
