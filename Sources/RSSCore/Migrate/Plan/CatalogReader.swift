import Foundation
import PostgresClient

/// Reads a ``CatalogSnapshot`` from a database, with one query that waits for no lock.
public enum CatalogReader {
    private static let query = SQLResource(PackageResources.catalog_snapshot_sql)

    /// Reads the catalog as the session's search path sees it.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    public static func read(_ connection: PostgresConnection) async throws -> CatalogSnapshot {
        let row = try await connection.query(query.text).first
        let text = try row?.decode(String.self, at: 0) ?? ""
        return CatalogSnapshot(try JSONDecoder().decode(CatalogSnapshot.Contents.self, from: Data(text.utf8)))
    }
}
