import Foundation
import PostgresClient

/// How the schema of a database differs from what the newest migration left.
public struct SchemaDrift: Sendable, Equatable {
    /// The newest migration.
    public let version: Int64
    /// When the fingerprint was taken that is compared with.
    public let takenAt: Date
    /// How many objects were compared.
    public let objects: Int
    /// What differs.
    public let difference: SchemaDifference

    /// Reads the schema and compares it with the fingerprint kept for the newest migration.
    ///
    /// - Throws: ``StructureError/noFingerprint(version:)``,
    ///   ``StructureError/fingerprintIncomparable(version:reason:)``,
    ///   ``StructureError/fingerprintUnreadable(version:reason:)``, `PostgresError`, `CancellationError`. These mean
    ///   that nothing is known, never that there is no drift.
    public static func find(_ connection: PostgresConnection) async throws -> SchemaDrift {
        let newest = try await newestVersion(connection)
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
            ? "it was taken on PostgreSQL \(kept.serverMajor), and the server is PostgreSQL \(actual.serverMajor)"
            : "another version of rssctl wrote it, in format \(kept.format); this one reads format \(actual.format)"
    }

    private static func newestVersion(_ connection: PostgresConnection) async throws -> Int64? {
        guard try await BookkeepingSchema.exists("rssctl.migration", connection) else { return nil }
        return try await connection.query("SELECT max(version) FROM rssctl.migration").first?
            .decode(Int64?.self, at: 0)
    }
}
