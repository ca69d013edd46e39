import PostgresClient
import RSSModel
import SQLScript

/// Applies migrations: statement by statement, each recorded with what it did, so that a run that was killed at any point
/// is simply run again.
public struct Migrator: Sendable {
    let connection: PostgresConnection
    let source: MigrationSource
    let order: MigrationOrder
    let lockPolicy: LockPolicy
    let ledger: MigrationLedger
    let watch: BuildWatch
    let lock: AdvisoryLock?

    /// Makes a migrator that works on a session of its own.
    ///
    /// - Parameters:
    ///   - observer: how to open a second session, which reads the progress of long statements; nil for none.
    ///   - lock: the lock that the session holds; it is looked after before each transaction.
    public init(
        _ connection: PostgresConnection, source: MigrationSource, lockPolicy: LockPolicy, runID: String,
        order: MigrationOrder = .linear, observer: ConnectionOptions? = nil, lock: AdvisoryLock? = nil
    ) {
        self.connection = connection
        self.source = source
        self.lockPolicy = lockPolicy
        self.order = order
        self.lock = lock
        ledger = MigrationLedger(connection: connection, runID: runID)
        watch = BuildWatch(observer)
    }

    /// What is applied and what is pending.
    ///
    /// - Throws: ``MigrateError``, `PostgresError`.
    public func plan() async throws -> MigrationPlan {
        try MigrationPlan(available: source.load(), history: try await ledger.read(), order: order)
    }

    /// Ends the session.
    public func close() async { await connection.close() }

    /// Applies what is pending.
    ///
    /// - Returns: the files applied, in order.
    /// - Throws: ``MigrateError``, `PostgresError`, `CancellationError`.
    @discardableResult
    public func up(_ progress: ProgressReporter) async throws -> [AppliedFile] {
        try await BookkeepingSchema.prepare(connection)
        let available = try source.load()
        let plan = try MigrationPlan(available: available, history: try await ledger.read(), order: order)
        for notice in plan.notices { progress(.note(notice)) }
        for migration in plan.skipped {
            progress(.warning("\(migration.file) is passed over: a newer one was applied before it came."))
        }
        try await refuseUnknownGrammar(plan.pending.map(\.script) + plan.repeatables.map(\.script))
        try await refuseForeignOwners(plan.pending.map(\.script) + plan.repeatables.map(\.script))
        if !plan.isEmpty { try await warnOfDrift(plan, progress) }
        var done: [AppliedFile] = []
        for migration in plan.pending {
            let milliseconds = try await progress.phase(migration.file) {
                try await ScriptRun(applying: migration, self, progress).run()
            }
            done.append(AppliedFile(migration, milliseconds: milliseconds))
            try await keepFingerprint()
            progress(.done("Applied \(migration.file) in \(milliseconds) ms."))
        }
        for repeatable in plan.repeatables {
            let milliseconds = try await progress.phase(repeatable.script.file) {
                try await RepeatableRun(repeatable, self, progress).run()
            }
            done.append(AppliedFile(repeatable, milliseconds: milliseconds))
            progress(.done("Ran \(repeatable.script.file) in \(milliseconds) ms."))
        }
        try await refuseInvalidIndexes(available)
        // Also when nothing was pending: a new version of the server, or of rssctl, must not leave `drift` blind.
        try await keepFingerprint()
        return done
    }

    /// Keeps the schema as the newest version left it. Never in the transaction of a migration: its locks are held while
    /// the catalog is read.
    private func keepFingerprint() async throws {
        guard let newest = try await ledger.newest() else { return }
        try await SchemaFingerprint.keep(connection, version: newest)
    }

    /// A syntax error is found before the first statement is run, where the server's grammar is the parser's.
    func refuseUnknownGrammar(_ scripts: [MigrationScript]) async throws {
        guard await Int(connection.serverVersion) / 10_000 <= Parser.grammarMajor else { return }
        for script in scripts {
            for statement in script.statements {
                guard let error = statement.grammarError else { continue }
                throw MigrateError.syntax(error.message, place: script.place(of: error.character, in: statement))
            }
        }
    }

    /// What was changed by hand becomes part of what the next fingerprint takes for given; so it is told before.
    private func warnOfDrift(_ plan: MigrationPlan, _ progress: ProgressReporter) async throws {
        guard let newest = try await ledger.newest(),
            let kept = try await SchemaFingerprint.stored(connection, version: newest)
        else { return }
        let actual = try await SchemaFingerprint.read(connection)
        guard kept.fingerprint.isComparable(to: actual), kept.fingerprint.digest != actual.digest,
            plan.doneStatements.isEmpty
        else { return }
        progress(
            .warning("The schema is not as version \(newest) left it; rssctl migrate drift shows the differences."))
    }

    /// Nothing counts as done while an index that a migration builds concurrently is there and invalid.
    private func refuseInvalidIndexes(_ available: MigrationSet) async throws {
        let invalid = try await invalidIndexes(of: available)
        if !invalid.isEmpty { throw MigrateError.invalidIndexes(invalid) }
    }

    /// The indexes that migrations build concurrently and that are there and invalid.
    ///
    /// - Throws: `PostgresError`.
    public func invalidIndexes(of available: MigrationSet) async throws -> [String] {
        let written = available.versioned.flatMap(\.script.statements).compactMap { statement -> RelationName? in
            guard case .createIndex(let build) = statement.action, let name = build.name else { return nil }
            return RelationName(schema: build.table.schema, name: name)
        }
        if written.isEmpty { return [] }
        let names = try await connection.qualify(written, along: connection.userSearchPath).map(\.quoted)
        return try await connection.query(
            """
            SELECT to_regclass(n)::text FROM unnest($1::text[]) AS n JOIN pg_index i ON i.indexrelid = to_regclass(n)
            WHERE NOT i.indisvalid
            """, [names]
        ).map { try $0.decode(String.self, at: 0) }
    }

    /// Makes sure that the session still holds its lock: a statement of a migration may have given it back.
    func checkLock() async throws {
        guard let lock, try await !connection.holds(lock) else { return }
        throw MigrateError.lockLost
    }
}

/// A file that a run applied.
public struct AppliedFile: Sendable, Equatable {
    /// The version; nil for a repeatable one.
    public let version: Int64?
    /// The name.
    public let name: String
    /// The file.
    public let file: String
    /// How long it took in this run.
    public let milliseconds: Int64

    init(_ migration: Migration, milliseconds: Int64) {
        (version, name, file) = (migration.version, migration.name, migration.file)
        self.milliseconds = milliseconds
    }

    init(_ migration: Migration, down: MigrationScript, milliseconds: Int64) {
        (version, name, file) = (migration.version, migration.name, down.file)
        self.milliseconds = milliseconds
    }

    init(_ migration: RepeatableMigration, milliseconds: Int64) {
        (version, name, file) = (nil, migration.name, migration.script.file)
        self.milliseconds = milliseconds
    }
}

extension ContinuousClock.Instant {
    /// Milliseconds since this instant.
    var milliseconds: Int64 {
        let parts = duration(to: .now).components
        return parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000
    }
}
