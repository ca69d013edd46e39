import PostgresClient
import RSSCore
import RSSModel
import SQLScript

/// Runs one script, from the statement at which it was left.
struct ScriptRun {
    private let script: MigrationScript
    /// Under which number its statements are recorded.
    private let key: ScriptKey
    private let migrator: Migrator
    private let progress: ProgressReporter
    /// Called in the last transaction, with the time taken in milliseconds.
    private let complete: (Int64) async throws -> Void
    private let path: ScriptPath

    private var connection: PostgresConnection { migrator.connection }
    private var ledger: MigrationLedger { migrator.ledger }

    /// Applies a migration.
    init(applying migration: Migration, _ migrator: Migrator, _ progress: ProgressReporter) throws {
        script = try migration.script
        key = ScriptKey(migration.version)
        self.migrator = migrator
        self.progress = progress
        path = ScriptPath(migrator.connection)
        complete = { try await migrator.ledger.complete(migration, milliseconds: $0) }
    }

    /// Reverts a migration; its statements are recorded under the negative version.
    init(
        reverting migration: Migration, with down: MigrationScript, _ migrator: Migrator, _ progress: ProgressReporter
    ) {
        script = down
        key = ScriptKey(migration.version, isRevert: true)
        self.migrator = migrator
        self.progress = progress
        path = ScriptPath(migrator.connection)
        complete = { _ in try await migrator.ledger.forget(migration) }
    }

    /// Runs what is left of it.
    ///
    /// - Returns: milliseconds.
    func run() async throws -> Int64 {
        let started = ContinuousClock.now
        let recorded = try await resume()
        let done = recorded.prefix { $0.state == .done }.count
        var left = script.groups.map { group in group.statements.drop { $0.ordinal <= done } }.filter { !$0.isEmpty }
        // Nothing is left of a file without statements, or when only its own record was not written any more.
        if left.isEmpty { left = [[]] }
        try await repeatSettings(of: script.statements.prefix(done))
        for (index, statements) in left.enumerated() {
            try await migrator.checkLock()
            let completes = index == left.count - 1 ? started : nil
            do {
                if let alone = statements.first, !alone.action.isTransactional {
                    try await perform(alone, recorded: recorded.first { $0.ordinal == alone.ordinal })
                    if completes != nil {
                        try await connection.transaction { try await record([], completing: completes) }
                    }
                } else {
                    try await transaction(statements, completing: completes)
                }
            } catch let error as LockBudgetSpent {
                throw MigrateError.lockBudgetSpent(
                    file: script.file, budget: error.budget, blockers: error.blockers)
            }
        }
        // A file like those of pg_dump changes settings of the session; the next file must not inherit them.
        try await connection.restoreSettings()
        return started.milliseconds
    }

    /// Reads what was done of the file, and plans the rest.
    private func resume() async throws -> [RecordedStatement] {
        let recorded = try await ledger.statements(of: key)
        let done = recorded.prefix { $0.state == .done }
        for row in done {
            let statement = row.ordinal <= script.statements.count ? script.statements[row.ordinal - 1] : nil
            guard statement?.hash != row.hash else { continue }
            throw MigrateError.doneStatementChanged(
                ordinal: row.ordinal,
                place: statement.map { script.place(of: nil, in: $0) } ?? SourcePlace(file: script.file, line: 1))
        }
        let kept = zip(recorded, script.statements).prefix { $0.hash == $1.hash }.count
        // Half of the rows of a backfill have been changed by the statement as it was: another one cannot continue from there.
        if let half = recorded.dropFirst(kept).first(where: { $0.checkpoint != nil }) {
            let statement = half.ordinal <= script.statements.count ? script.statements[half.ordinal - 1] : nil
            throw MigrateError.doneStatementChanged(
                ordinal: half.ordinal,
                place: statement.map { script.place(of: nil, in: $0) } ?? SourcePlace(file: script.file, line: 1))
        }
        if kept < recorded.count || kept < script.statements.count {
            try await ledger.plan(script.statements.dropFirst(kept), after: kept, of: key)
            return Array(recorded.prefix(kept))
        }
        if !done.isEmpty {
            progress(.note("\(script.file): resumes at statement \(done.count + 1) of \(script.statements.count)."))
        }
        return recorded
    }

    /// Makes the settings of the session again that were made by statements done in an earlier run: what follows in the
    /// file relies on its search_path, or its role.
    private func repeatSettings(of done: ArraySlice<MigrationStatement>) async throws {
        for statement in done where statement.setsSession {
            path.text = try await connection.along(path.text) {
                try await connection.run(statement, of: script, progress)
                return try await connection.currentSearchPath()
            }
        }
    }

    /// Writes the history as the role that the run began with: the file may have taken another one, which need have no
    /// right to it.
    private func asSelf(_ work: () async throws -> Void) async throws {
        guard script.switchesRole else { return try await work() }
        guard await connection.transactionStatus == .idle else {
            try await connection.execute("SET LOCAL ROLE NONE")
            return try await work()
        }
        try await connection.transaction {
            try await connection.execute("SET LOCAL ROLE NONE")
            try await work()
        }
    }

    private func transaction(
        _ statements: ArraySlice<MigrationStatement>, completing started: ContinuousClock.Instant?
    ) async throws {
        try await migrator.lockPolicy.run(on: connection, locks: try await locks(of: statements), progress: progress) {
            var path = path.text
            try await connection.transaction {
                try await migrator.lockPolicy.bound(connection)
                var done: [(Int, Int64)] = []
                try await connection.along(path) {
                    for statement in statements {
                        try await FaultPoint.reach("statement.before")
                        let began = ContinuousClock.now
                        try await connection.run(statement, of: script, progress)
                        done.append((statement.ordinal, began.milliseconds))
                        try await FaultPoint.reach("statement.after")
                        if statement.setsSession { path = try await connection.currentSearchPath() }
                        // A file may set lock_timeout; what follows is to be bounded all the same.
                        if statement.traits.contains(.setsVariable) {
                            try await migrator.lockPolicy.bound(connection)
                        }
                    }
                }
                try await record(done, completing: started)
            }
            self.path.text = path
        }
        migrator.catalog.follow(statements)
        try await FaultPoint.reach("transaction.after")
    }

    /// What the statements lock; with the catalog at hand also what they do not name, such as the other end of a foreign
    /// key that is dropped. It is read only where a strong lock is to be asked for at all.
    private func locks(of statements: ArraySlice<MigrationStatement>) async throws -> [RelationLock] {
        guard statements.contains(where: { $0.traits.contains(.locksStrongly) }) else { return [] }
        let catalog = try await migrator.catalog.read(connection, along: path.text)
        // Those of a large file of data are the same again and again.
        var locks: Set<RelationLock> = []
        for statement in statements {
            guard let tree = statement.tree else { continue }
            locks.formUnion(LockPrediction.locks(of: tree, in: catalog))
        }
        let all = Array(locks)
        let relations = try await connection.qualify(all.map(\.relation), along: path.text)
        return zip(all, relations).map { RelationLock($1, $0.mode) }
    }

    private func record(
        _ done: [(ordinal: Int, milliseconds: Int64)], completing started: ContinuousClock.Instant?
    ) async throws {
        if !done.isEmpty { try await asSelf { try await ledger.finish(done, of: key) } }
        try await FaultPoint.reach("record.after")
        guard let started else { return }
        try await asSelf { try await complete(started.milliseconds) }
        try await FaultPoint.reach("complete.after")
    }

    /// Runs a statement that cannot share a transaction with its record.
    private func perform(_ statement: MigrationStatement, recorded: RecordedStatement?) async throws {
        let began = ContinuousClock.now
        let wasBegun = recorded?.state == .running
        let action = StandaloneAction(
            statement, of: script, connection: connection, lockPolicy: migrator.lockPolicy, watch: migrator.watch,
            progress: progress, wasBegun: wasBegun, path: path.text)
        // What the catalog has before anything was begun is not of this migration: the statement itself reports
        // whether that is an error, also in the next run.
        let isSettled = try await action.isSettled()
        if wasBegun || !isSettled { try await asSelf { try await ledger.begin(statement, of: key) } }
        try await FaultPoint.reach("alone.begun")
        if case .backfill(let backfill) = statement.action {
            let whole = backfill.on(try await connection.qualify(backfill.table, along: path.text))
            return try await BackfillRun(
                whole, statement, of: script, connection, migrator.lockPolicy, progress, path: path.text
            )
            .run(
                from: recorded?.checkpoint
            ) { mark in
                try await asSelf {
                    switch mark {
                    case .checkpoint(let reached): try await ledger.checkpoint(reached, statement, of: key)
                    case .end: try await ledger.finish([(statement.ordinal, began.milliseconds)], of: key)
                    }
                }
            }
        }
        try await action.perform()
        await connection.report(noticesOf: statement, in: script, to: progress)
        migrator.catalog.follow([statement])
        try await FaultPoint.reach("alone.done")
        try await asSelf { try await ledger.finish([(statement.ordinal, began.milliseconds)], of: key) }
        try await FaultPoint.reach("alone.recorded")
    }
}

extension PostgresConnection {
    /// Runs a statement of a script, and reports what the server says of it; an error is reported with its place in the file.
    ///
    /// - Throws: ``MigrateError/statementFailed(_:place:)``; errors of locks as they are, because they are tried again.
    nonisolated(nonsending) func run(
        _ statement: MigrationStatement, of script: MigrationScript, sql: String? = nil, _ progress: ProgressReporter
    ) async throws {
        // What the server said of statements of rssctl's own is not the file's.
        _ = await takeNotices()
        do {
            try await executeScript(sql ?? statement.source.text)
            await report(noticesOf: statement, in: script, to: progress)
        } catch let error as PostgresError
            where error.sqlState != .lockNotAvailable && error.sqlState != .deadlockDetected
        {
            await report(noticesOf: statement, in: script, to: progress)
            throw MigrateError.statementFailed(
                error, place: script.place(of: sql == nil ? error.position : nil, in: statement))
        }
    }

    /// Reports what the server said since it was last asked, with the place of the statement that was run.
    nonisolated(nonsending) func report(
        noticesOf statement: MigrationStatement, in script: MigrationScript, to progress: ProgressReporter
    ) async {
        let notices = await takeNotices()
        guard !notices.kept.isEmpty else { return }
        let place = script.place(of: nil, in: statement)
        if notices.lost > 0 {
            progress(.note("\(place): \(notices.lost) earlier messages of the server are not shown"))
        }
        for notice in notices.kept {
            let words = [notice.message, notice.detail, notice.hint].compactMap { $0 }.joined(separator: "; ")
            let text = "\(place): \(notice.severity): \(words)"
            progress(notice.severity == "WARNING" ? .warning(text) : .note(text))
        }
    }
}
