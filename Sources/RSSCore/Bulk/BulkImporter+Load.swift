import PostgresClient
import RSSModel

extension BulkImporter {
    /// The dry run's way out of its transaction.
    private struct RolledBack: Error {}

    /// Inserts and updates from the staged rows, in one transaction with its record.
    func load(_ statements: ImportStatements, _ file: ImportFile, _ outcome: inout Outcome) async throws {
        let staged = outcome.read - outcome.rejects.rows
        outcome.statements = [statements.dropKnown, statements.upsert]
        guard staged > 0 else { return }
        let isDryRun = file.options.isDryRun
        if !isDryRun { try await BookkeepingSchema.prepare(connection) }
        let (inserted, updated) = try await progress.phase("upsert") {
            for statement in statements.prepare { try await connection.execute(statement) }
            return try await retrying { try await upsert(statements, file) }
        }
        (outcome.inserted, outcome.updated) = (inserted, updated)
        outcome.unchanged = staged - inserted - updated
    }

    private func upsert(_ statements: ImportStatements, _ file: ImportFile) async throws -> (
        inserted: Int, updated: Int
    ) {
        var counts = (inserted: 0, updated: 0)
        do {
            try await connection.transaction {
                // Somebody who holds one of the rows is waited for, but not for ever.
                try await connection.execute("SET LOCAL lock_timeout = '30s'")
                try await connection.execute(statements.dropKnown)
                let row = try await connection.query(statements.upsert, [runID]).first
                counts = (
                    Int(try row?.decode(Int64.self, "inserted") ?? 0), Int(try row?.decode(Int64.self, "updated") ?? 0)
                )
                if file.options.isDryRun { throw RolledBack() }
                guard counts != (0, 0) else { return }
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "bulk.import", object: file.table.table,
                    detail: "\(file.name): \(counts.inserted) inserted, \(counts.updated) updated")
            }
        } catch is RolledBack {}
        return counts
    }

    /// Two imports that touch the same rows in another order may deadlock; the staged rows are still there, so the one
    /// that the server ended begins its transaction anew.
    private func retrying<T>(_ work: () async throws -> T) async throws -> T {
        for _ in 0..<3 {
            do {
                return try await work()
            } catch let error as PostgresError
                where error.sqlState == .deadlockDetected || error.sqlState == .serializationFailure
            {
                progress(.note("Another session was in the way; trying again."))
            }
        }
        return try await work()
    }
}
