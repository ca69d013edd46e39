import Foundation
import PostgresClient
import RSSCore

/// The categories of the database, which files name.
package enum ImportCategories {
    /// Their names, in their order.
    ///
    /// - Throws: ``ImportError/noTable(_:)``, `PostgresError`.
    package static func names(_ connection: PostgresConnection) async throws -> [String] {
        let tables = try await ApplicationTables(connection)
        guard
            try await !connection.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [tables.name("categories")])
                .isEmpty
        else { throw ImportError.noTable("categories") }
        try await connection.refuseForeignCode(.reading, in: tables)
        return try await connection.query(tables.sql(PackageResources.bulk_categories_sql)).map { row in
            try row.decode(UUID.self, String.self).1
        }.sorted()
    }
}
