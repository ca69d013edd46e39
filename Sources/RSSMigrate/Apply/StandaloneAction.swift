import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Runs one statement that cannot be part of a transaction. Its record is not relied on: the catalog shows how
/// far an interrupted one came.
struct StandaloneAction {
    let statement: MigrationStatement
    let script: MigrationScript
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let watch: BuildWatch
    let progress: ProgressReporter
    /// Whether an earlier run began it and did not come to record its end.
    let wasBegun: Bool
    /// The path of the statement's names.
    let path: String

    init(
        _ statement: MigrationStatement, of script: MigrationScript, connection: PostgresConnection,
        lockPolicy: LockPolicy, watch: BuildWatch, progress: ProgressReporter, wasBegun: Bool,
        path: String
    ) {
        self.statement = statement
        self.script = script
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.watch = watch
        self.progress = progress
        self.wasBegun = wasBegun
        self.path = path
    }

    func perform() async throws {
        switch statement.action {
        case .createIndex(let build):
            let place = script.place(of: nil, in: statement)
            do {
                try await IndexBuilder(
                    build, connection: connection, lockPolicy: lockPolicy, watch: watch, progress: progress,
                    place: place, path: path
                ).build()
            } catch let error as PostgresError {
                throw MigrateError.statementFailed(error, place: place)
            }
        case .dropIndex(let name):
            let index = try await connection.qualify(name, along: path)
            if wasBegun, try await isGone(index) { return }
            try await drop(index)
        case .detach(let table, let partition):
            let whole = try await connection.qualify([partition, table], along: path)
            try await detach(whole[0], from: whole[1])
        case .makesObject(let object):
            if wasBegun, try await exists(object) == object.isMade { return }
            try await runStatement()
        case .repeatable: try await rerun()
        case .outside: try await runOutside()
        case .transactional, .endsTransaction, .ownTransaction, .backfill: break
        }
    }

    /// Whether the catalog has already what the statement is to bring about.
    func isSettled() async throws -> Bool {
        switch statement.action {
        case .dropIndex(let index): try await isGone(try await connection.qualify(index, along: path))
        case .detach(let table, let partition):
            try await isDetached(try await connection.qualify([partition, table], along: path))
        case .makesObject(let object): try await exists(object) == object.isMade
        default: false
        }
    }

    /// Waits for sessions that use the table before it begins: once begun, the index is invalid, and the wait unbounded.
    private func drop(_ index: RelationName) async throws {
        let row = try await connection.query(
            """
            SELECT n.nspname::text, c.relname::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indexrelid = to_regclass($1)
            """, [index.quoted]
        ).first?.decode(String.self, String.self)
        let locks = row.map { [RelationLock(RelationName(schema: $0.0, name: $0.1), .accessExclusive)] } ?? []
        try await lockPolicy.run(on: connection, locks: locks, progress: progress) {
            try await withoutLockTimeout { try await runStatement() }
        }
    }

    /// Statements that wait for others by design must not be cancelled by lock_timeout: that leaves invalid indexes.
    private func withoutLockTimeout(_ work: () async throws -> Void) async throws {
        try await connection.execute("SET lock_timeout = 0")
        try await watch.observing(connection, statement.source.text, progress) { try await work() }
    }

    private func isDetached(_ names: [RelationName]) async throws -> Bool {
        try await ConcurrentDetach(partition: names[0], table: names[1], connection: connection).isPending() == nil
    }

    /// Runs the statement, or another that takes its place, along the path of its names.
    private func runStatement(_ sql: String? = nil) async throws {
        try await connection.along(path) { try await connection.run(statement, of: script, sql: sql, progress) }
    }

    private func isGone(_ name: RelationName) async throws -> Bool {
        try await connection.query("SELECT to_regclass($1) IS NULL", [name.quoted]).first?.decode(Bool.self, at: 0)
            ?? false
    }

    private func exists(_ object: SharedObject) async throws -> Bool {
        let query =
            switch object.kind {
            case .database: "SELECT 1 FROM pg_database WHERE datname = $1"
            case .tablespace: "SELECT 1 FROM pg_tablespace WHERE spcname = $1"
            case .subscription:
                """
                SELECT 1 FROM pg_subscription WHERE subname = $1
                AND subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())
                """
            }
        return try await !connection.query(query, [object.name]).isEmpty
    }

    /// VACUUM, REINDEX and their like: run again, they do the same.
    private func rerun() async throws {
        let strong = statement.locks.filter { $0.mode >= .share }
        if strong.isEmpty {
            if let reindex = statement.tree?.as("ReindexStmt") {
                try await IndexLeftovers(connection).sweep(
                    statement.locks, scope: .init(reindex), along: path)
            }
            return try await withoutLockTimeout { try await runStatement() }
        }
        let relations = try await connection.qualify(strong.map(\.relation), along: path)
        let locks = zip(strong, relations).map { RelationLock($1, $0.mode) }
        try await lockPolicy.bound(connection, transactionOnly: false)
        try await lockPolicy.run(on: connection, locks: locks, progress: progress) {
            try await runStatement()
        }
    }

    /// Runs what may commit by itself, or is not known. How far an interrupted one came cannot be known; its file has it run
    /// again from its beginning, and a warning says so.
    private func runOutside() async throws {
        if wasBegun {
            progress(
                .warning(
                    "\(script.place(of: nil, in: statement)): an earlier run began this statement and did not finish it; it is run again from its beginning."
                ))
        }
        let words = statement.source.words
        if words.first == "DO" || words.first == "CALL" {
            // Tried again, it would do twice what it has committed: so it waits for a lock longer than DDL does, once.
            try await LockPolicy(timeout: Self.blockLockTimeout).bound(connection, transactionOnly: false)
            return try await watch.observing(connection, statement.source.text, progress) { try await runStatement() }
        }
        if words.contains("CONCURRENTLY") || words.first == "VACUUM" {
            return try await withoutLockTimeout { try await runStatement() }
        }
        try await lockPolicy.bound(connection, transactionOnly: false)
        try await lockPolicy.run(on: connection, progress: progress) { try await runStatement() }
    }

    private static let blockLockTimeout = Duration.seconds(5)

    /// A detach that was interrupted hides the partition's rows from every session until it is finished.
    private func detach(_ partition: RelationName, from table: RelationName) async throws {
        let detach = ConcurrentDetach(partition: partition, table: table, connection: connection)
        let isPending = try await detach.isPending()
        if isPending == nil, wasBegun { return }
        if isPending == true {
            let finishing = try await detach.finishing()
            return try await withoutLockTimeout { try await runStatement(finishing) }
        }
        // Nothing older may be in the way: while the statement waits, its partition is neither in nor out.
        let locks = [table, partition].map { RelationLock($0, .accessExclusive) }
        try await lockPolicy.run(on: connection, locks: locks, progress: progress) {
            try await detach.run {
                try await withoutLockTimeout { try await runStatement() }
            }
        }
    }
}
