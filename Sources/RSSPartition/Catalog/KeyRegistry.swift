import PostgresClient
import RSSCore

/// The table in which triggers of a partitioned table keep its ids, so that they are unique over all partitions and other
/// tables can reference them.
struct KeyRegistry: Sendable, Equatable {
    let oid: Int64
    let relation: RelationName
    /// All its columns; the partitioned table has them too.
    let columns: [String]
    /// Those of its primary key.
    let key: [String]

    /// The registry of a table, by the catalog; nil for none.
    ///
    /// - Throws: ``ForeignOwner`` for one of another role, ``ArchiveError/untraceable(relation:problem:)`` for one whose rows
    ///   cannot be made from the table's.
    static func of(_ table: Int64, _ connection: PostgresConnection) async throws -> KeyRegistry? {
        guard
            let row = try await connection.query(
                SQLResource(PackageResources.archive_registry_sql).text, [table]
            ).first
        else { return nil }
        let relation = RelationName(
            schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name"))
        guard try row.decode(Bool.self, "is_own") else {
            // Its keys would remain if it was ignored; so nothing is done.
            let owner = try row.decode(String.self, "table_owner")
            throw ForeignOwner(
                object: relation.quoted, owner: try row.decode(String.self, "owner"),
                table: try row.decode(String.self, "table_name"), tableOwner: owner,
                fix: "ALTER TABLE \(relation.quoted) OWNER TO \(try await connection.quoteIdentifier(owner))")
        }
        let missing = try row.decode([String].self, "missing")
        let key = try row.decode([String].self, "key")
        guard missing.isEmpty, !key.isEmpty else {
            throw ArchiveError.untraceable(
                relation: relation.quoted,
                problem: key.isEmpty ? "it has no primary key" : "its table has no column \(missing[0])")
        }
        return KeyRegistry(
            oid: try row.decode(Int64.self, "oid"), relation: relation,
            columns: try row.decode([String].self, "columns"), key: key)
    }
}

/// A foreign key that references a table.
struct TableReference: Sendable, Equatable {
    /// The action on the referencing row when the referenced one is deleted.
    enum OnDelete: String, Sendable, Codable {
        case noAction = "a"
        case restrict = "r"
        case cascade = "c"
        case setNull = "n"
        case setDefault = "d"
    }

    /// The table that references.
    let oid: Int64
    let relation: RelationName
    let isPartitioned: Bool
    let constraint: String
    let columns: [String]
    let referenced: [String]
    let onDelete: OnDelete
    let definition: String

    /// The same foreign key as it was of a table that was taken out of this one.
    func from(_ relation: RelationName) -> TableReference {
        TableReference(
            oid: oid, relation: relation, isPartitioned: false, constraint: constraint, columns: columns,
            referenced: referenced, onDelete: onDelete, definition: definition)
    }

    /// The foreign keys that reference a table.
    static func to(_ table: Int64, _ connection: PostgresConnection) async throws -> [TableReference] {
        try await connection.query(SQLResource(PackageResources.archive_references_sql).text, [table]).map { row in
            TableReference(
                oid: try row.decode(Int64.self, "oid"),
                relation: RelationName(
                    schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name")),
                isPartitioned: try row.decode(Bool.self, "is_partitioned"),
                constraint: try row.decode(String.self, "constraint_name"),
                columns: try row.decode([String].self, "columns"),
                referenced: try row.decode([String].self, "referenced"),
                onDelete: OnDelete(rawValue: try row.decode(String.self, "on_delete")) ?? .noAction,
                definition: try row.decode(String.self, "definition"))
        }
    }
}
