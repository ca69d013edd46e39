import PostgresClient

/// The schema `rssctl`: what rssctl records in the database itself, in the transaction of the work it records.
enum BookkeepingSchema {
    /// Makes what is missing. Two sessions that make it at once are kept apart by a transaction-level advisory lock,
    /// because `IF NOT EXISTS` races with itself.
    static func prepare(_ connection: PostgresConnection) async throws {
        let missing = try await connection.query(
            "SELECT 1 WHERE to_regclass('rssctl.migration') IS NULL OR to_regclass('rssctl.operation') IS NULL")
        if missing.isEmpty { return }
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

    /// Records something done, in the transaction that is open.
    static func record(
        _ connection: PostgresConnection, runID: String, operation: String, object: String, detail: String
    ) async throws {
        try await connection.execute(
            "INSERT INTO rssctl.operation (run_id, operation, object, detail) VALUES ($1::uuid, $2, $3, $4)",
            [runID, operation, object, detail])
    }
}
