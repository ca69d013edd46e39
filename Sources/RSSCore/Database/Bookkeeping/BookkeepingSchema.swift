import PostgresClient
import RSSModel

/// The schema `rssctl`: what rssctl records in the database itself, in the transaction of the work it records.
package enum BookkeepingSchema {
    /// The format of the tables that bookkeeping.sql makes.
    package static let format: Int32 = 6

    /// Makes what is missing. Two sessions that make it at once are serialized by a transaction-level advisory lock,
    /// because `IF NOT EXISTS` races with itself.
    ///
    /// - Throws: ``BookkeepingNewer`` for tables of a later rssctl, ``BookkeepingOutdated`` where the role may not make them,
    ///   ``BookkeepingUntrusted`` for those of a foreign role.
    package static func prepare(_ connection: PostgresConnection) async throws {
        let found = try await found(connection)
        if found == format { return }
        // Event triggers fire for what is made.
        try await connection.refuseForeignCode(.arranging, in: [])
        do {
            try await make(connection)
        } catch let error as PostgresError where error.sqlState == .insufficientPrivilege {
            throw BookkeepingOutdated(found: found)
        }
    }

    private static func make(_ connection: PostgresConnection) async throws {
        let lock = AdvisoryLock("rssctl/schema")
        try await connection.transaction {
            try await RetryPolicy(cap: .milliseconds(100)).run {
                $0 is AdvisoryLockError
            } _: {
                let isHeld = try await connection.query("SELECT pg_try_advisory_xact_lock($1)", [lock.key]).first?
                    .decode(Bool.self, at: 0)
                guard isHeld == true else {
                    throw AdvisoryLockError(lock: lock, holder: try await connection.holder(of: lock))
                }
            }
            // From here on no role without rights on the schema can add to it. Making tables runs nothing that is on
            // them; writing to them does.
            try await connection.execute("CREATE SCHEMA IF NOT EXISTS rssctl")
            try await BookkeepingTrust.require(connection)
            try await connection.executeScript(SQLResource(PackageResources.bookkeeping_sql).text)
            try await BookkeepingTrust.require(connection)
            try await connection.executeScript(SQLResource(PackageResources.bookkeeping_rows_sql).text)
            try await connection.execute(
                """
                INSERT INTO rssctl.bookkeeping (format) VALUES ($1)
                ON CONFLICT (one) DO UPDATE SET format = excluded.format
                """, [format])
        }
    }

    /// The format of the tables that the database has; nil for none, or for those older than format numbers.
    ///
    /// - Throws: ``BookkeepingNewer`` for tables of a later rssctl.
    package static func found(_ connection: PostgresConnection) async throws -> Int32? {
        guard try await exists("rssctl.bookkeeping", connection) else { return nil }
        let found = try await connection.query("SELECT format FROM rssctl.bookkeeping").first?.decode(Int32.self, at: 0)
        if let found, found > format { throw BookkeepingNewer(found: found) }
        return found
    }

    /// Whether a table of ours exists, and may be used. Every reader calls this first.
    ///
    /// - Throws: ``BookkeepingUntrusted`` where it exists, and it or what is on it belongs to a foreign role.
    package static func exists(_ table: String, _ connection: PostgresConnection) async throws -> Bool {
        let isThere = try await connection.query("SELECT to_regclass($1) IS NOT NULL", [table]).first?
            .decode(Bool.self, at: 0)
        guard isThere == true else { return false }
        try await BookkeepingTrust.requireOnce(connection)
        return true
    }

    /// Records something done, in the transaction that is open.
    package static func record(
        _ connection: PostgresConnection, runID: String, operation: String, object: String, detail: String
    ) async throws {
        try await connection.execute(
            "INSERT INTO rssctl.operation (run_id, operation, object, detail) VALUES ($1::uuid, $2, $3, $4)",
            [runID, operation, object, detail])
    }
}

/// A later rssctl was used on the database, and its records have a format that this one does not support.
struct BookkeepingNewer: ReportableError {
    let found: Int32

    var report: ErrorReport {
        ErrorReport(
            code: "RSS-PG-011", exit: .configuration,
            message:
                "the tables of schema rssctl are of a later rssctl: format \(found), and this one supports \(BookkeepingSchema.format)",
            hint: "Install that version of rssctl. See this one's: rssctl --version")
    }
}
