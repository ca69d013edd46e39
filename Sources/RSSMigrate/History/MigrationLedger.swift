import Foundation
import PostgresClient
import RSSCore

/// The history of migrations in the database, read and written on the session that does the work.
package struct MigrationLedger: Sendable {
    package let connection: PostgresConnection
    package let runID: String
    /// How many statements are recorded at once.
    private static let batch = 10_000

    /// Everything recorded; nothing where the tables are not there.
    package func read() async throws -> MigrationHistory {
        var history = MigrationHistory()
        if try await BookkeepingSchema.found(connection) == nil {
            // Tables of before forms were counted, or none at all.
            guard try await BookkeepingSchema.exists("rssctl.migration", connection) else { return history }
            history.applied = try await applied(
                "version AS sequence, '' AS content_hash, '' AS chain, 'applied' AS how")
            return history
        }
        history.applied = try await applied("sequence, content_hash, chain, how")
        history.repeatables = try await connection.query(
            "SELECT name, checksum, content_hash, applied_at, applied_by FROM rssctl.migration_repeatable ORDER BY name"
        ).map { row in
            let (name, checksum, content, at, by) = try row.decode(
                String.self, String.self, String.self, Date.self, String.self)
            return AppliedRepeatable(name: name, checksum: checksum, contentHash: content, appliedAt: at, appliedBy: by)
        }
        history.unfinished = try await connection.query(SQLResource(PackageResources.unfinished_statements_sql).text)
            .map(RecordedStatement.init)
        return history
    }

    private func applied(_ columns: String) async throws -> [AppliedMigration] {
        try await connection.query(
            """
            SELECT version::text, name, checksum, applied_at, applied_by, ms, \(columns) FROM rssctl.migration
            ORDER BY sequence
            """
        ).map { row in
            let (version, name, checksum, at, by, ms, _, content, chain, how) = try row.decode(
                String.self, String.self, String.self, Date.self, String.self, Int64.self, Int64.self, String.self,
                String.self, String.self)
            guard let version = MigrationVersion(key: version), version > .none else {
                throw BookkeepingRowError(
                    "rssctl.migration", row: "version \(version)", problem: "it is not the version of a migration")
            }
            return AppliedMigration(
                version: version, name: name, checksum: checksum, contentHash: content, chain: chain,
                isBaseline: how == "baseline", appliedAt: at, appliedBy: by, milliseconds: ms)
        }
    }

    /// The statements of a file as recorded.
    package func statements(of script: ScriptKey) async throws -> [RecordedStatement] {
        try await connection.query(
            """
            SELECT version::text, ordinal, hash, state, checkpoint FROM rssctl.migration_statement WHERE version = $1
            ORDER BY ordinal
            """, [script]
        ).map(RecordedStatement.init)
    }

    /// Records the last statements of a file as planned, in place of what was recorded after the first ones.
    package func plan(_ statements: ArraySlice<MigrationStatement>, after kept: Int, of script: ScriptKey) async throws
    {
        try await connection.transaction {
            try await connection.execute(
                "DELETE FROM rssctl.migration_statement WHERE version = $1 AND ordinal > $2", [script, Int64(kept)])
            var left = statements
            while !left.isEmpty {
                let batch = left.prefix(Self.batch)
                left = left.dropFirst(Self.batch)
                try await connection.execute(
                    """
                    INSERT INTO rssctl.migration_statement (version, ordinal, hash, class, state, run_id)
                    SELECT $1, ordinal, hash, class, 'planned', $5::uuid
                    FROM unnest($2::int[], $3::text[], $4::text[]) AS s (ordinal, hash, class)
                    """,
                    [
                        script, batch.map { Int32($0.ordinal) }, batch.map(\.hash), batch.map(\.action.name), runID,
                    ])
            }
        }
    }

    /// Records that a statement outside any transaction begins.
    package func begin(_ statement: MigrationStatement, of script: ScriptKey) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.migration_statement SET state = 'running', run_id = $3::uuid, run_by = session_user,
                started_at = coalesce(started_at, clock_timestamp()) WHERE version = $1 AND ordinal = $2
            """, [script, Int64(statement.ordinal), runID])
    }

    /// Records that statements are done, with their times, in the transaction that is open, or in one of its own.
    package func finish(_ done: [(ordinal: Int, milliseconds: Int64)], of script: ScriptKey)
        async throws
    {
        try await connection.execute(
            """
            UPDATE rssctl.migration_statement s SET state = 'done', run_id = $4::uuid, run_by = session_user, ms = d.ms,
                started_at = coalesce(s.started_at, clock_timestamp() - make_interval(secs => d.ms / 1000.0)),
                finished_at = clock_timestamp()
            FROM unnest($2::int[], $3::bigint[]) AS d (ordinal, ms) WHERE s.version = $1 AND s.ordinal = d.ordinal
            """,
            [script, done.map { Int32($0.ordinal) }, done.map(\.milliseconds), runID])
    }

    /// Records how far a backfill came, in the transaction that is open.
    package func checkpoint(_ key: String, _ statement: MigrationStatement, of script: ScriptKey) async throws {
        try await connection.execute(
            "UPDATE rssctl.migration_statement SET checkpoint = $3 WHERE version = $1 AND ordinal = $2",
            [script, Int64(statement.ordinal), key])
    }

    /// Records a migration as applied, in the transaction that is open.
    package func complete(_ migration: Migration, isBaseline: Bool = false, milliseconds: Int64) async throws {
        let script = try migration.script
        let before = try await connection.query(
            "SELECT chain FROM rssctl.migration WHERE chain <> '' ORDER BY sequence DESC LIMIT 1"
        ).first?.decode(String.self, at: 0)
        try await connection.execute(
            """
            INSERT INTO rssctl.migration (version, name, checksum, run_id, ms, content_hash, chain, how)
            VALUES ($1, $2, $3, $4::uuid, $5, $6, $7, $8)
            """,
            [
                migration.version, migration.name, script.checksum, runID, milliseconds, script.contentHash,
                MigrationHistory.link(
                    after: before ?? "", version: migration.version, contentHash: script.contentHash),
                isBaseline ? "baseline" : "applied",
            ])
    }

    /// Records a repeatable migration as run, in the transaction that is open.
    package func complete(_ migration: RepeatableMigration, milliseconds: Int64) async throws {
        let script = try migration.script
        try await connection.execute(
            """
            INSERT INTO rssctl.migration_repeatable (name, checksum, content_hash, run_id, ms)
            VALUES ($1, $2, $3, $4::uuid, $5) ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum,
                content_hash = excluded.content_hash, run_id = excluded.run_id, ms = excluded.ms,
                applied_at = excluded.applied_at, applied_by = excluded.applied_by
            """,
            [migration.name, script.checksum, script.contentHash, runID, milliseconds])
    }

    /// The version that was applied last; nil for none. With another order than that of the versions it need not be the
    /// highest.
    package func last() async throws -> MigrationVersion? { try await MigrationVersion.last(connection) }
}

extension RecordedStatement {
    /// Reads a row of version, ordinal, hash, state, checkpoint.
    ///
    /// - Throws: ``BookkeepingRowError`` for a row that no migration comes to, `PostgresError`.
    init(_ row: Row) throws {
        let (key, ordinal, hash, recorded, checkpoint) = try row.decode(
            String.self, Int32.self, String.self, String.self, String?.self)
        guard ordinal >= 1, let script = ScriptKey(key: key), let state = State(rawValue: recorded) else {
            throw BookkeepingRowError(
                "rssctl.migration_statement", row: "version \(key), ordinal \(ordinal)",
                problem: "it is not a statement of a migration")
        }
        self.init(script: script, ordinal: Int(ordinal), hash: hash, state: state, checkpoint: checkpoint)
    }
}
