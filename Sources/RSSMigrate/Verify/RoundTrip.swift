import PostgresClient
import RSSCore
import RSSModel

/// Proves, on a database made for it and dropped afterwards, that migrations apply and that their down files revert
/// everything: up, down, up, with the fingerprints compared.
package struct RoundTrip: Sendable {
    /// What was seen of one migration.
    package struct Step: Sendable {
        /// The version.
        package let version: MigrationVersion
        /// The migration's file.
        package let file: String
        /// Whether it has a down file.
        package let hasDown: Bool
        /// What is not as it was before the migration, once it was reverted; nil where nothing was to be reverted.
        package let leftBehind: SchemaDifference?
        /// What is not as it was, once it was applied a second time.
        package let differsAgain: SchemaDifference?

        /// Whether it goes up, down and up again without a trace.
        package var isProven: Bool {
            hasDown && leftBehind?.isEmpty == true && differsAgain?.isEmpty == true
        }
    }

    private let source: MigrationSource
    private let runID: String

    /// Makes a trial of the migrations of a source.
    package init(_ source: MigrationSource, runID: String) {
        self.source = source
        self.runID = runID
    }

    /// Runs the trial on the server of a database.
    ///
    /// - Throws: ``MigrateError`` for a migration that does not apply, ``StructureError``, `PostgresError`.
    package func run(like options: ConnectionOptions, _ progress: ProgressReporter) async throws -> [Step] {
        let available = try source.load()
        return try await ScratchDatabase.with(like: options, runID: runID, progress: progress) { scratch in
            let connection = try await PostgresConnection.connect(scratch)
            defer { Task { await connection.close() } }
            let migrator = Migrator(connection, source: source, lockPolicy: LockPolicy(), runID: runID)
            try await BookkeepingSchema.prepare(connection)
            try await migrator.refuseUnknownGrammar(
                available.versioned.flatMap { [try $0.script] + (try $0.down.map { [$0] } ?? []) }
                    + available.repeatables.map { try $0.script })
            var steps: [Step] = []
            for migration in available.versioned {
                steps.append(
                    try await progress.phase(migration.file) { try await step(migration, migrator, connection) })
            }
            for repeatable in try RepeatableOrder.sorted(available.repeatables) {
                _ = try await RepeatableRun(repeatable, migrator, .silent).run()
            }
            return steps
        }
    }

    private func step(
        _ migration: Migration, _ migrator: Migrator, _ connection: PostgresConnection
    ) async throws -> Step {
        let before = try await SchemaFingerprint.read(connection)
        _ = try await ScriptRun(applying: migration, migrator, .silent).run()
        guard let down = try migration.down else {
            return Step(
                version: migration.version, file: migration.file, hasDown: false, leftBehind: nil, differsAgain: nil)
        }
        let applied = try await SchemaFingerprint.read(connection)
        _ = try await ScriptRun(reverting: migration, with: down, migrator, .silent).run()
        let back = try await SchemaFingerprint.read(connection)
        _ = try await ScriptRun(applying: migration, migrator, .silent).run()
        let again = try await SchemaFingerprint.read(connection)
        return Step(
            version: migration.version, file: migration.file, hasDown: true,
            leftBehind: SchemaDifference(expected: before, actual: back),
            differsAgain: SchemaDifference(expected: applied, actual: again))
    }
}
