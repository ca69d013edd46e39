import PostgresClient
import RSSCore

/// What changes the history besides applying: reverting, marking as applied, accepting an edit.
extension MigrationLedger {
    /// Forgets a migration that was reverted, in the transaction that is open.
    package func forget(_ migration: Migration) async throws {
        try await connection.execute(
            "DELETE FROM rssctl.migration_statement WHERE version IN ($1, -$1)", [migration.version])
        try await connection.execute("DELETE FROM rssctl.schema_fingerprint WHERE version = $1", [migration.version])
        try await connection.execute("DELETE FROM rssctl.migration WHERE version = $1", [migration.version])
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "migrate.down", object: migration.file, detail: migration.name)
    }

    /// Marks migrations as applied that are in the database already, in the transaction that is open.
    package func markApplied(_ migrations: [Migration]) async throws {
        for migration in migrations {
            try await complete(migration, isBaseline: true, milliseconds: 0)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "migrate.baseline", object: migration.file, detail: migration.name)
        }
    }

    /// Accepts a file as it is now, and links the chain again from there, in the transaction that is open.
    package func accept(_ migration: Migration, reason: String) async throws {
        let script = try migration.script
        try await connection.execute(
            "UPDATE rssctl.migration SET name = $2, checksum = $3, content_hash = $4 WHERE version = $1",
            [migration.version, migration.name, script.checksum, script.contentHash])
        try await connection.execute(
            """
            UPDATE rssctl.migration_statement s SET hash = f.hash
            FROM unnest($2::int[], $3::text[]) AS f (ordinal, hash) WHERE s.version = $1 AND s.ordinal = f.ordinal
            """,
            [
                migration.version, script.statements.map { Int32($0.ordinal) }, script.statements.map(\.hash),
            ])
        var chain = ""
        for row in try await read().applied {
            chain = MigrationHistory.link(after: chain, version: row.version, contentHash: row.contentHash)
            try await connection.execute(
                "UPDATE rssctl.migration SET chain = $2 WHERE version = $1", [row.version, chain])
        }
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "migrate.accept", object: migration.file, detail: reason)
    }
}
