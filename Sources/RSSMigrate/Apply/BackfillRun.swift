import PostgresClient
import RSSCore
import RSSModel

/// Runs a change of data in batches along a key, each in a transaction of its own together with the key it reached.
struct BackfillRun {
    /// What a batch's transaction records besides its rows.
    enum Mark { case checkpoint(String), end }

    private let backfill: Backfill
    private let statement: MigrationStatement
    private let script: MigrationScript
    private let connection: PostgresConnection
    private let lockPolicy: LockPolicy
    private let progress: ProgressReporter
    /// The path of the statement's names.
    private let path: String

    init(
        _ backfill: Backfill, _ statement: MigrationStatement, of script: MigrationScript,
        _ connection: PostgresConnection, _ lockPolicy: LockPolicy, _ progress: ProgressReporter, path: String
    ) {
        self.backfill = backfill
        self.statement = statement
        self.script = script
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.progress = progress
        self.path = path
    }

    /// Continues after a checkpoint, to the end.
    ///
    /// - Parameter record: called in the transaction of each batch.
    func run(from checkpoint: String?, record: (Mark) async throws -> Void) async throws {
        let (type, rows, operators) = try await key()
        let sql = try await BatchStatement(backfill, type: type, operators: operators, connection)
        progress(.phase("backfill \(backfill.table.quoted)", total: rows > 0 ? rows : nil, unit: .rows))
        let walk = BatchWalk(
            connection, lockPolicy, pause: backfill.pause, committed: "backfill.committed", progress)
        try await walk.run(from: checkpoint, pace: BatchPace(fixed: backfill.batch)) { last, size in
            let end = try await located {
                let end = try await connection.query(sql.bound(isFirst: last == nil), last.map { [$0] } ?? []).first?
                    .decode(String.self, at: 0)
                try await connection.along(path) {
                    _ = try await connection.execute(
                        sql.change(hasLower: last != nil, hasUpper: end != nil), [last, end].compactMap { $0 })
                }
                return end
            }
            try await FaultPoint.reach("backfill.batch")
            try await record(end.map(Mark.checkpoint) ?? .end)
            return BatchWalk.Step(to: end, rows: size, isLast: end == nil)
        }
    }

    private func key() async throws -> (type: String, rows: Int64, operators: String) {
        let place = script.place(of: nil, in: statement)
        let row = try await connection.query(
            SQLResource(PackageResources.backfill_key_sql).text, [backfill.table.quoted, backfill.key]
        ).first
        guard let row else {
            throw MigrateError.backfillKey("\(backfill.table.quoted) has no column \(backfill.key)", place: place)
        }
        let (type, isNotNull, hasIndex, rows, operators) = try row.decode(
            String.self, Bool.self, Bool.self, Int64.self, String.self)
        guard isNotNull else {
            throw MigrateError.backfillKey(
                "\(backfill.key) may be NULL, and such rows would be skipped", place: place)
        }
        guard hasIndex else {
            throw MigrateError.backfillKey(
                "no valid index of \(backfill.table.quoted) begins with \(backfill.key)", place: place)
        }
        return (type, rows, operators)
    }

    private func located<T>(_ work: () async throws -> T) async throws -> T {
        do {
            return try await work()
        } catch let error as PostgresError
            where error.sqlState != .lockNotAvailable && error.sqlState != .deadlockDetected
        {
            throw MigrateError.statementFailed(error, place: script.place(of: nil, in: statement))
        }
    }
}
