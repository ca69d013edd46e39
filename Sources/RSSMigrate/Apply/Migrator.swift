import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Applies migrations: statement by statement, each recorded with what it did, so that a run that was killed at any point
/// is simply run again.
package struct Migrator: Sendable {
    package let connection: PostgresConnection
    package let source: MigrationSource
    let order: MigrationOrder
    package let lockPolicy: LockPolicy
    package let ledger: MigrationLedger
    let watch: BuildWatch
    let lock: AdvisoryLock?
    let catalog = RecentCatalog()

    /// Makes a migrator that works on a session of its own.
    ///
    /// - Parameters:
    ///   - observer: how to open a second session, which reads the progress of long statements; nil for none.
    ///   - lock: the lock that the session holds; it is checked before each transaction.
    package init(
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
    package func plan() async throws -> MigrationPlan {
        let history = try await ledger.read()
        return try MigrationPlan(available: source.load(besides: history), history: history, order: order)
    }

    /// Ends the session.
    package func close() async { await connection.close() }

    /// Applies what is pending.
    ///
    /// - Parameter choose: leaves a part of the plan out, or refuses it.
    /// - Returns: the files applied, in order.
    /// - Throws: ``MigrateError``, `PostgresError`, `CancellationError`, and what the choice throws.
    @discardableResult
    package func up(
        _ progress: ProgressReporter, choose: (MigrationPlan) throws -> MigrationPlan = { $0 }
    ) async throws -> [AppliedFile] {
        let plan = try choose(try await plan())
        try await BookkeepingSchema.prepare(connection)
        for notice in plan.notices { progress(.note(notice)) }
        for migration in plan.skipped {
            progress(.warning("\(migration.file) is skipped: a newer one is applied already."))
        }
        let scripts = try plan.pending.map { try $0.script } + plan.repeatables.map { try $0.script }
        try await refuseUnknownGrammar(scripts)
        try await refuseForeignObjects(scripts)
        if !plan.isEmpty { try await warnOfDrift(plan, progress) }
        var done: [AppliedFile] = []
        do {
            try await apply(plan, progress) { done.append($0) }
        } catch {
            // What was done is not drift. Whatever ended the run is what is reported, also where the session is gone.
            if !done.isEmpty { try? await keepFingerprint() }
            throw error
        }
        try await refuseInvalidIndexes()
        // Also when nothing was pending: a new version of the server, or of rssctl, must not leave `drift` blind.
        try await keepFingerprint()
        return done
    }

    private func apply(
        _ plan: MigrationPlan, _ progress: ProgressReporter, _ report: (AppliedFile) -> Void
    ) async throws {
        for migration in plan.pending {
            let milliseconds = try await progress.phase(migration.file) {
                try await ScriptRun(applying: migration, self, progress).run()
            }
            report(AppliedFile(migration, milliseconds: milliseconds))
            progress(.done("Applied \(migration.file) in \(milliseconds) ms."))
        }
        for repeatable in plan.repeatables {
            let milliseconds = try await progress.phase(repeatable.file) {
                try await RepeatableRun(repeatable, self, progress).run()
            }
            report(AppliedFile(repeatable, milliseconds: milliseconds))
            progress(.done("Ran \(repeatable.file) in \(milliseconds) ms."))
        }
    }

    /// Keeps the schema as the migration that was applied last left it. Once per run, because the whole catalog is read; never
    /// in the transaction of a migration, whose locks would be held meanwhile.
    func keepFingerprint() async throws {
        guard let last = try await ledger.last() else { return }
        try await SchemaFingerprint.keep(connection, version: last)
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

    /// What was changed by hand becomes part of the next fingerprint; so it is reported before.
    private func warnOfDrift(_ plan: MigrationPlan, _ progress: ProgressReporter) async throws {
        guard let last = try await ledger.last(),
            let kept = try await SchemaFingerprint.stored(connection, version: last)
        else { return }
        let actual = try await SchemaFingerprint.read(connection)
        guard kept.fingerprint.isComparable(to: actual), kept.fingerprint.digest != actual.digest,
            plan.doneStatements.isEmpty
        else { return }
        progress(
            .warning("The schema is not as version \(last) left it; rssctl migrate drift shows the differences."))
    }

    /// Nothing counts as done while an index that a migration builds concurrently is there and invalid.
    private func refuseInvalidIndexes() async throws {
        let invalid = try await invalidIndexes()
        if !invalid.isEmpty { throw IndexBuildError.invalid(invalid) }
    }

    /// The indexes that migrations build concurrently and that are there and invalid.
    ///
    /// - Throws: ``MigrateError``, `PostgresError`.
    package func invalidIndexes() async throws -> [String] {
        // Nearly always there is none, and no file need be read.
        let isAny = try await connection.query(
            """
            SELECT FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE NOT i.indisvalid
            AND c.relpersistence <> 't' LIMIT 1
            """)
        if isAny.isEmpty { return [] }
        let statements = try source.load().versioned.flatMap { try $0.script.statements }
        let written = statements.compactMap { statement -> RelationName? in
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
package struct AppliedFile: Sendable, Equatable {
    /// The version; nil for a repeatable one.
    package let version: MigrationVersion?
    /// The name.
    package let name: String
    /// The file.
    package let file: String
    /// How long it took in this run.
    package let milliseconds: Int64

    init(_ migration: Migration, milliseconds: Int64) {
        (version, name, file) = (migration.version, migration.name, migration.file)
        self.milliseconds = milliseconds
    }

    init(_ migration: Migration, down: MigrationScript, milliseconds: Int64) {
        (version, name, file) = (migration.version, migration.name, down.file)
        self.milliseconds = milliseconds
    }

    init(_ migration: RepeatableMigration, milliseconds: Int64) {
        (version, name, file) = (nil, migration.name, migration.file)
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
