import PostgresClient
import RSSCore

/// What a name means to the verbs on indexes of partitioned tables.
struct PartitionIndexTarget: Sendable {
    let kind: String
    let relation: RelationName
    let table: RelationName
    let parent: String?
    let constraint: String?
    let isIdentity: Bool

    /// Looks a name up.
    ///
    /// - Throws: ``PartitionIndexError/unknown(_:)``, `PostgresError`.
    init(_ name: RelationName, _ connection: PostgresConnection) async throws {
        guard
            let row = try await connection.query(
                SQLResource(PackageResources.index_target_sql).text, [name.quoted]
            ).first
        else { throw PartitionIndexError.unknown(name.quoted) }
        kind = try row.decode(String.self, "kind")
        relation = RelationName(
            schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name"))
        table = RelationName(
            schema: try row.decode(String.self, "table_schema"), name: try row.decode(String.self, "table_name"))
        parent = try row.decode(String?.self, "parent")
        constraint = try row.decode(String?.self, "constraint_name")
        isIdentity = try row.decode(Bool.self, "is_identity")
    }
}

/// A leaf's index.
struct LeafIndex: Sendable {
    let index: RelationName
    let table: RelationName
    let bytes: Int64

    init(_ row: Row) throws {
        let (schema, name, tableSchema, tableName, bytes) = try row.decode(
            String.self, String.self, String.self, String.self, Int64.self)
        index = RelationName(schema: schema, name: name)
        table = RelationName(schema: tableSchema, name: tableName)
        self.bytes = bytes
    }
}
