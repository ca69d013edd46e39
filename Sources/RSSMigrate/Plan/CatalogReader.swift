import Foundation
import PostgresClient
import RSSCore

/// Reads a ``CatalogSnapshot`` from a database, with one query that waits for no lock.
package enum CatalogReader {
    private static let query = SQLResource(PackageResources.catalog_snapshot_sql)

    /// Reads the catalog as a search path sees it, that of the user unless another one is given.
    ///
    /// - Throws: `PostgresError`, `CancellationError`.
    package static func read(
        _ connection: PostgresConnection, along path: String? = nil
    ) async throws -> CatalogSnapshot {
        let schemas = SearchPath(path ?? connection.userSearchPath).schemas
        let row = try await readAgain(connection, schemas).first
        let text = try row?.decode(String.self, at: 0) ?? ""
        return CatalogSnapshot(try JSONDecoder().decode(CatalogSnapshot.Contents.self, from: Data(text.utf8)))
    }

    /// The functions that write definitions read the catalog as it is now, and the query as it was when it began: what
    /// others drop in between is an internal error of the server. A few more tries succeed between such changes.
    private static func readAgain(_ connection: PostgresConnection, _ schemas: [String]) async throws -> ResultSet {
        for _ in 1..<5 {
            do {
                return try await connection.query(query.text, [schemas])
            } catch let error as PostgresError where error.sqlState?.rawValue == "XX000" {
                continue
            }
        }
        return try await connection.query(query.text, [schemas])
    }
}
