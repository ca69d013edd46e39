import Foundation
import PostgresClient

extension SchemaFingerprint {
    /// A fingerprint as the database keeps it.
    package struct Stored: Sendable, Equatable {
        /// The migration after which it was taken.
        package let version: MigrationVersion
        /// When.
        package let takenAt: Date
        /// The schema as it was then.
        package let fingerprint: SchemaFingerprint
    }

    /// Keeps the fingerprint as that of a version, in the caller's transaction where one is open; one kept before for
    /// the same version is replaced.
    ///
    /// - Throws: `PostgresError`, also when the schema `rssctl` has no table for it yet.
    package func store(_ connection: PostgresConnection, version: MigrationVersion) async throws {
        let text = String(decoding: try JSONEncoder().encode(self), as: UTF8.self)
        try await connection.execute(
            """
            INSERT INTO rssctl.schema_fingerprint (version, digest, objects) VALUES ($1, $2, $3::jsonb)
            ON CONFLICT (version) DO UPDATE
            SET digest = excluded.digest, objects = excluded.objects, taken_at = clock_timestamp()
            """, [version, digest, text])
    }

    /// Forgets the fingerprint of a version, in the caller's transaction where one is open.
    ///
    /// - Throws: `PostgresError`.
    package static func forget(_ connection: PostgresConnection, version: MigrationVersion) async throws {
        try await connection.execute("DELETE FROM rssctl.schema_fingerprint WHERE version = $1", [version])
    }

    /// The fingerprint kept for a version.
    ///
    /// - Returns: nil when none is kept, and in a database that has no table for it.
    /// - Throws: ``UnreadableFingerprint``, `PostgresError`.
    package static func stored(_ connection: PostgresConnection, version: MigrationVersion) async throws -> Stored? {
        guard try await BookkeepingSchema.exists("rssctl.schema_fingerprint", connection) else { return nil }
        let rows = try await connection.query(
            """
            SELECT taken_at, digest, (objects -> 'format')::integer, objects::text
            FROM rssctl.schema_fingerprint WHERE version = $1
            """, [version])
        guard let row = rows.first else { return nil }
        let (takenAt, digest, format, text) = try row.decode(
            Date.self, String.self, Int?.self, String.self)
        // A later format may have kinds of objects that cannot be read here; all that counts is that it is another one.
        if let format, format != currentFormat {
            return Stored(
                version: version, takenAt: takenAt, fingerprint: SchemaFingerprint([], serverMajor: 0, format: format))
        }
        let fingerprint: SchemaFingerprint
        do {
            fingerprint = try JSONDecoder().decode(SchemaFingerprint.self, from: Data(text.utf8))
        } catch {
            throw UnreadableFingerprint(version: version, reason: error.documentProblem)
        }
        guard fingerprint.digest == digest else {
            throw UnreadableFingerprint(version: version, reason: "its objects do not have its digest")
        }
        return Stored(version: version, takenAt: takenAt, fingerprint: fingerprint)
    }
}

extension SchemaFingerprint {
    /// Takes the fingerprint for a version and keeps it, unless one is kept for it that can be compared with the
    /// database as this rssctl reads it. So an existing drift is still reported, and a new version of rssctl or of
    /// the server does not leave `drift` blind.
    ///
    /// - Returns: whether one was taken.
    /// - Throws: ``UnreadableFingerprint``, `PostgresError`, `CancellationError`.
    @discardableResult
    package static func keep(_ connection: PostgresConnection, version: MigrationVersion) async throws -> Bool {
        let server = Int(await connection.serverVersion) / 10_000
        let kept = try await stored(connection, version: version)?.fingerprint
        if let kept, kept.format == currentFormat, kept.serverMajor == server { return false }
        try await read(connection).store(connection, version: version)
        return true
    }
}
