import PostgresClient
import RSSCore
import RSSModel

/// What a name means that is not a partitioned table's.
package enum NotPartitioned: Sendable, Equatable {
    /// A plain table.
    case plain
    /// A partition of a table, as messages name that.
    case partition(of: String)
    /// Something else than a table: `a view`.
    case other(String)
    /// Nothing; with the partitioned table whose name is nearest, and all there are, as messages name them.
    case nothing(nearest: String?, known: [String])
}

extension PartitionCatalog {
    /// The error for a name that is not a partitioned table's: it says what the name means, or which names there are.
    func notPartitioned(_ name: RelationName) async throws -> any Error {
        let instead = try await instead(name)
        if instead == .plain,
            let conversion = try await UnfinishedConversion.all(connection).first(where: { $0.table == name })
        {
            return conversion
        }
        return PartitionError.notPartitioned(name.quoted, instead)
    }

    /// What to do about a name that is not a partition's: which one was meant, or where they are shown.
    func hint(forPartition name: RelationName) async throws -> String {
        let partitions = try await connection.query(
            """
            SELECT n.nspname::text, c.relname::text, p.relname::text = $2 AND pn.nspname::text = $1 AS is_table
            FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'
            JOIN pg_namespace pn ON pn.oid = p.relnamespace
            JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY is_table DESC, c.relname LIMIT 10000
            """, [name.schema ?? "public", name.name]
        ).map { try $0.decode(String.self, String.self, Bool.self) }
        if partitions.first?.2 == true {
            return "Name one of its partitions: rssctl partition status \(name.quoted.shellWord)"
        }
        let near = EditDistance.closest(to: name.name, among: partitions.map(\.1))
        guard let found = partitions.first(where: { $0.1 == near }) else { return "rssctl partition status" }
        return "Did you mean \(RelationName(schema: found.0, name: found.1).quoted)?"
    }

    private func instead(_ name: RelationName) async throws -> NotPartitioned {
        let row = try await connection.query(
            SQLResource(PackageResources.relation_instead_sql).text, [name.schema ?? "public", name.name]
        ).first
        if let row, let kind = try row.decode(String?.self, "kind") {
            if let parent = try row.decode(String?.self, "parent_name") {
                let schema = try row.decode(String?.self, "parent_schema")
                return .partition(of: RelationName(schema: schema, name: parent).quoted)
            }
            let kinds = [
                "v": "a view", "m": "a materialized view", "f": "a foreign table", "i": "an index", "I": "an index",
                "S": "a sequence", "c": "a type",
            ]
            return kinds[kind].map(NotPartitioned.other) ?? .plain
        }
        let known = try await connection.query(SQLResource(PackageResources.adopt_candidates_sql).text).map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return RelationName(schema: schema, name: name)
        }
        // The same name in another schema is the likeliest; then one that is spelled nearly so.
        let nearest =
            known.first { $0.name == name.name } ?? known.first { $0.name.lowercased() == name.name.lowercased() }
            ?? EditDistance.closest(to: name.name, among: known.map(\.name)).flatMap { near in
                known.first { $0.name == near }
            }
        return .nothing(nearest: nearest?.quoted, known: known.map(\.quoted))
    }
}
