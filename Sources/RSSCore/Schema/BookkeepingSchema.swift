import PostgresClient
import RSSModel

/// The schema `rssctl`: what rssctl records in the database itself, in the transaction of the work it records.
enum BookkeepingSchema {
    /// The form of the tables that this program knows; bookkeeping.sql writes the same number.
    static let format: Int32 = 5

    /// Makes what is missing. Two sessions that make it at once are kept apart by a transaction-level advisory lock,
    /// because `IF NOT EXISTS` races with itself.
    ///
    /// - Throws: ``BookkeepingNewer`` for tables of a later rssctl.
    static func prepare(_ connection: PostgresConnection) async throws {
        if try await found(connection) == format { return }
        let lock = AdvisoryLock("rssctl/schema")
        let deadline = ContinuousClock.now + .seconds(10)
        try await connection.transaction {
            while try await connection.query("SELECT pg_try_advisory_xact_lock($1)", [lock.key])
                .first?.decode(Bool.self, at: 0) != true
            {
                if ContinuousClock.now > deadline {
                    throw AdvisoryLockError(lock: lock, holder: try await connection.holder(of: lock))
                }
                try await Task.sleep(for: .milliseconds(50))
            }
            try await connection.executeScript(SQLResource(PackageResources.bookkeeping_sql).text)
        }
    }

    /// The form of the tables that the database has; nil for none, or for those of before forms were counted.
    ///
    /// - Throws: ``BookkeepingNewer`` for tables of a later rssctl.
    static func found(_ connection: PostgresConnection) async throws -> Int32? {
        guard try await exists("rssctl.bookkeeping", connection) else { return nil }
        let found = try await connection.query("SELECT format FROM rssctl.bookkeeping").first?.decode(Int32.self, at: 0)
        if let found, found > format { throw BookkeepingNewer(found: found) }
        return found
    }

    /// Whether a table of ours is there.
    static func exists(_ table: String, _ connection: PostgresConnection) async throws -> Bool {
        try await connection.query("SELECT to_regclass($1) IS NOT NULL", [table]).first?.decode(Bool.self, at: 0)
            == true
    }

    /// Records something done, in the transaction that is open.
    static func record(
        _ connection: PostgresConnection, runID: String, operation: String, object: String, detail: String
    ) async throws {
        try await connection.execute(
            "INSERT INTO rssctl.operation (run_id, operation, object, detail) VALUES ($1::uuid, $2, $3, $4)",
            [runID, operation, object, detail])
    }
}

/// A later rssctl has been at work on the database, and keeps its records in a form that this one does not know.
struct BookkeepingNewer: ReportableError {
    let found: Int32

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-011", exit: .configuration,
            message:
                "a later rssctl keeps the records of this database: form \(found), and this one knows \(BookkeepingSchema.format)",
            hint: "install that version of rssctl; rssctl --version tells this one's")
    }
}
