import PostgresClient
import RSSCore
import RSSModel

extension Migrator {
    /// The migrations to revert, newest first, down to a version that stays; nil reverts the newest only.
    ///
    /// - Throws: ``MigrateError/noDownFile(version:file:)``, ``MigrateError/notApplied(version:)``, and those of a plan.
    package func planDown(to target: MigrationVersion?) async throws -> [Migration] {
        let history = try await ledger.read()
        let available = try source.load(besides: history)
        // A run that was interrupted while it reverted one: that one is reverted to its end first.
        let plan = try MigrationPlan(
            available: available, history: history, order: order == .linear ? .nonLinear : order,
            toleratesPartlyReverted: true)
        if let target, target != 0, !plan.applied.contains(where: { $0.version == target }) {
            throw MigrateError.notApplied(version: target)
        }
        let back = history.applied.reversed().prefix { row in target.map { row.version != $0 } ?? true }
        let chosen = target == nil ? back.prefix(1) : back
        return try chosen.map { row in
            guard let migration = available.versioned.first(where: { $0.version == row.version }) else {
                throw MigrateError.unknownApplied(version: row.version, name: row.name)
            }
            guard migration.revert != nil else {
                throw MigrateError.noDownFile(version: row.version, file: migration.file)
            }
            return migration
        }
    }

    /// Reverts migrations, in the order given.
    ///
    /// - Returns: the files run.
    /// - Throws: ``MigrateError``, `PostgresError`, `CancellationError`.
    package func down(_ migrations: [Migration], _ progress: ProgressReporter) async throws -> [AppliedFile] {
        try await BookkeepingSchema.prepare(connection)
        try await refuseUnknownGrammar(migrations.compactMap { try $0.down })
        var done: [AppliedFile] = []
        for migration in migrations {
            guard let down = try migration.down else { continue }
            let milliseconds = try await progress.phase(down.file) {
                try await ScriptRun(reverting: migration, with: down, self, progress).run()
            }
            done.append(AppliedFile(migration, down: down, milliseconds: milliseconds))
            progress(.done("Reverted \(migration.file) in \(milliseconds) ms."))
            try await compareWithBefore(migration, progress)
        }
        try await keepFingerprint()
        return done
    }

    /// A down file that does not revert everything is detected at once, where the schema before the migration is known.
    private func compareWithBefore(_ migration: Migration, _ progress: ProgressReporter) async throws {
        guard let last = try await ledger.last(),
            let kept = try await SchemaFingerprint.stored(connection, version: last)
        else { return }
        let actual = try await SchemaFingerprint.read(connection)
        guard kept.fingerprint.isComparable(to: actual), kept.fingerprint.digest != actual.digest else { return }
        progress(
            .warning(
                "The schema is not as version \(last) left it after \(migration.file) was reverted; rssctl migrate drift shows the differences."
            ))
    }

    /// Marks the migrations up to a version as applied, in a database that has no history and whose schema has them.
    ///
    /// - Returns: those migrations.
    /// - Throws: ``MigrateError/historyNotEmpty``, ``MigrateError/noSuchVersion(_:)``, `PostgresError`.
    package func baseline(_ version: MigrationVersion, isDryRun: Bool) async throws -> [Migration] {
        let available = try source.load().versioned
        guard available.contains(where: { $0.version == version }) else { throw MigrateError.noSuchVersion(version) }
        guard try await ledger.read().applied.isEmpty else { throw MigrateError.historyNotEmpty }
        let taken = available.filter { $0.version <= version }
        if isDryRun { return taken }
        try await BookkeepingSchema.prepare(connection)
        try await connection.transaction {
            try await ledger.markApplied(taken)
            try await SchemaFingerprint.read(connection).store(connection, version: version)
        }
        return taken
    }

    /// Accepts the file of a version as it is now.
    ///
    /// - Returns: the migration.
    /// - Throws: ``MigrateError/notApplied(version:)``, ``MigrateError/noSuchVersion(_:)``, `PostgresError`.
    package func accept(_ version: MigrationVersion, reason: String, isDryRun: Bool) async throws -> Migration {
        guard let migration = try source.load().versioned.first(where: { $0.version == version }) else {
            throw MigrateError.noSuchVersion(version)
        }
        guard try await ledger.read().applied.contains(where: { $0.version == version }) else {
            throw MigrateError.notApplied(version: version)
        }
        if isDryRun { return migration }
        try await BookkeepingSchema.prepare(connection)
        try await connection.transaction { try await ledger.accept(migration, reason: reason) }
        return migration
    }
}
