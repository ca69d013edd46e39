import Foundation
import PostgresClient
import RSSCore

/// How the schema of a database differs from what the last migration left.
package struct SchemaDrift: Sendable, Equatable {
    /// The migration that was applied last.
    package let version: MigrationVersion
    /// When the fingerprint was taken that is compared with.
    package let takenAt: Date
    /// How many objects were compared.
    package let objects: Int
    /// What differs.
    package let difference: SchemaDifference

    /// Reads the schema and compares it with the fingerprint kept for the migration that was applied last.
    ///
    /// - Throws: ``StructureError/noFingerprint(version:)``,
    ///   ``StructureError/fingerprintIncomparable(version:reason:)``,
    ///   ``UnreadableFingerprint``, `PostgresError`, `CancellationError`. These mean
    ///   that nothing is known, never that there is no drift.
    package static func find(_ connection: PostgresConnection) async throws -> SchemaDrift {
        let newest = try await MigrationVersion.last(connection)
        guard let newest, let kept = try await SchemaFingerprint.stored(connection, version: newest) else {
            throw StructureError.noFingerprint(version: newest)
        }
        let actual = try await SchemaFingerprint.read(connection)
        guard kept.fingerprint.isComparable(to: actual) else {
            throw StructureError.fingerprintIncomparable(version: newest, reason: reason(kept.fingerprint, actual))
        }
        return SchemaDrift(
            version: newest, takenAt: kept.takenAt,
            objects: Set(kept.fingerprint.objects.map(\.name) + actual.objects.map(\.name)).count,
            difference: SchemaDifference(expected: kept.fingerprint, actual: actual))
    }

    private static func reason(_ kept: SchemaFingerprint, _ actual: SchemaFingerprint) -> String {
        kept.format == actual.format
            ? "It was taken on PostgreSQL \(kept.serverMajor), and the server is PostgreSQL \(actual.serverMajor)."
            : "Another version of rssctl wrote it, in format \(kept.format); this one reads format \(actual.format)."
    }
}

extension SchemaDrift {
    /// Accepts the schema as it is as what the last migration left, and records why.
    ///
    /// - Returns: the version.
    /// - Throws: ``StructureError/noFingerprint(version:)`` where no migration was applied, `PostgresError`.
    @discardableResult
    package static func accept(
        _ connection: PostgresConnection, runID: String, reason: String
    ) async throws -> MigrationVersion {
        guard let last = try await MigrationVersion.last(connection) else {
            throw StructureError.noFingerprint(version: nil)
        }
        try await BookkeepingSchema.prepare(connection)
        let actual = try await SchemaFingerprint.read(connection)
        try await connection.transaction {
            try await actual.store(connection, version: last)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "migrate.accept-drift", object: "version \(last)", detail: reason)
        }
        return last
    }
}
