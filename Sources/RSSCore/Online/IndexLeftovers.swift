import PostgresClient
import SQLScript

/// What an interrupted `REINDEX … CONCURRENTLY` leaves: invalid copies named `…_ccnew` and `…_ccold`.
package struct IndexLeftovers {
    /// Where a REINDEX looks for indexes beyond what it names.
    package enum Scope {
        case named
        case schema(String)
        case database

        /// Reads a `ReindexStmt`.
        package init(_ statement: ParseNode) {
            self =
                switch statement.string("kind") {
                case "REINDEX_OBJECT_SCHEMA": statement.string("name").map(Scope.schema) ?? .named
                case "REINDEX_OBJECT_DATABASE": .database
                default: .named
                }
        }
    }

    private let connection: PostgresConnection

    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// Drops the leftovers on the tables that are locked, their partitions and TOAST tables, and on those of a scope,
    /// unless a session is at work on them.
    package func sweep(_ locks: [RelationLock], scope: Scope = .named, along path: String? = nil) async throws {
        var (schema, isWhole) = (nil as String?, false)
        switch scope {
        case .named: break
        case .schema(let name): schema = name
        case .database: isWhole = true
        }
        let relations = try await connection.qualify(locks.map(\.relation), along: path ?? connection.userSearchPath)
        let names = try await connection.query(
            SQLResource(PackageResources.index_leftovers_sql).text, [relations.map(\.quoted), schema, isWhole]
        ).map { try $0.decode(String.self, at: 0) }
        if names.isEmpty { return }
        try await connection.execute("SET lock_timeout = 0")
        for name in names { try await connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(name)") }
    }
}
