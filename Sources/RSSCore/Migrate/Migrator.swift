import Foundation
import PostgresClient
import RSSModel

/// Applies migrations, one transaction a file, with its history row in the same transaction.
public struct Migrator: Sendable {
    private let connection: PostgresConnection
    private let source: MigrationSource
    private let lockPolicy: LockPolicy
    private let runID: String

    /// Makes a migrator that works on a session of its own.
    public init(_ connection: PostgresConnection, source: MigrationSource, lockPolicy: LockPolicy, runID: String) {
        self.connection = connection
        self.source = source
        self.lockPolicy = lockPolicy
        self.runID = runID
    }

    /// What is applied and what is pending.
    ///
    /// - Throws: ``MigrateError``, `PostgresError`.
    public func plan() async throws -> MigrationPlan {
        try MigrationPlan(available: source.load(), applied: try await history())
    }

    private func history() async throws -> [AppliedMigration] {
        let exists = try await connection.query("SELECT to_regclass('rssctl.migration') IS NOT NULL").first?
            .decode(Bool.self, at: 0)
        guard exists == true else { return [] }
        return try await connection.query(
            "SELECT version, name, checksum, applied_at, applied_by, ms FROM rssctl.migration ORDER BY version"
        ).map { row in
            let (version, name, checksum, at, by, ms) = try row.decode(
                Int64.self, String.self, String.self, Date.self, String.self, Int64.self)
            return AppliedMigration(
                version: version, name: name, checksum: checksum, appliedAt: at, appliedBy: by, milliseconds: ms)
        }
    }

    /// Applies what is pending.
    ///
    /// - Returns: the migrations applied, with their times in milliseconds.
    /// - Throws: ``MigrateError``, `PostgresError`, `CancellationError`.
    @discardableResult
    public func up(_ progress: ProgressReporter) async throws -> [(migration: Migration, milliseconds: Int64)] {
        try await BookkeepingSchema.prepare(connection)
        let plan = try await plan()
        var done: [(Migration, Int64)] = []
        for migration in plan.pending {
            let milliseconds = try await progress.phase(migration.file) { try await apply(migration, progress) }
            progress(.done("Applied \(migration.file) in \(milliseconds) ms."))
            done.append((migration, milliseconds))
        }
        return done
    }

    private func apply(_ migration: Migration, _ progress: ProgressReporter) async throws -> Int64 {
        let started = ContinuousClock.now
        do {
            try await lockPolicy.run(on: connection, progress: progress) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    let transaction = try await currentTransaction()
                    do {
                        try await connection.executeScript(migration.sql)
                    } catch let error as PostgresError where error.sqlState != .lockNotAvailable {
                        throw MigrateError.statementFailed(error, place: migration.place(of: error))
                    }
                    guard try await currentTransaction() == transaction else {
                        throw MigrateError.endedTransaction(file: migration.file)
                    }
                    try await connection.execute(
                        """
                        INSERT INTO rssctl.migration (version, name, checksum, run_id, ms)
                        VALUES ($1, $2, $3, $4::uuid, $5)
                        """,
                        [migration.version, migration.name, migration.checksum, runID, started.milliseconds])
                }
            }
        } catch let error as LockBudgetSpent {
            throw MigrateError.lockBudgetSpent(file: migration.file, budget: error.budget, blockers: error.blockers)
        }
        // A file like those of pg_dump changes settings of the session; the next file must not inherit them.
        try await connection.restoreSettings()
        return started.milliseconds
    }

    /// The id of the open transaction; a new one when a file has ended the one before.
    private func currentTransaction() async throws -> String? {
        try await connection.query("SELECT pg_current_xact_id()::text").first?.decode(String.self, at: 0)
    }
}

extension Migration {
    /// Where in the file an error stands, from the position in characters that the server reports.
    func place(of error: PostgresError) -> SourcePlace {
        guard let position = error.position else { return SourcePlace(file: file, line: 1) }
        let before = sql.unicodeScalars.prefix(max(0, position - 1))
        let line = before.count { $0 == "\n" } + 1
        let column = before.reversed().prefix { $0 != "\n" }.count + 1
        return SourcePlace(file: file, line: line, column: column)
    }
}

extension ContinuousClock.Instant {
    /// Milliseconds since this instant.
    var milliseconds: Int64 {
        let parts = duration(to: .now).components
        return parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    }
}
