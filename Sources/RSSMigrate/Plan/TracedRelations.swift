import PostgresClient
import RSSCore

/// The relations of a database by their numbers, so that what a statement did to them can be reported by their old names.
struct TracedRelations: Sendable {
    private struct Relation: Sendable {
        let name: RelationName
        let holdsRows: Bool
        let node: Int64
    }

    private let relations: [Int64: Relation]

    private static let relationQuery = SQLResource(PackageResources.trace_relations_sql)
    private static let lockQuery = SQLResource(PackageResources.trace_locks_sql)

    /// Reads what there is.
    static func read(_ connection: PostgresConnection) async throws -> TracedRelations {
        var found: [Int64: Relation] = [:]
        for row in try await connection.query(relationQuery.text) {
            let (oid, schema, name, holdsRows, node) = try row.decode(
                Int64.self, String.self, String.self, Bool.self, Int64.self)
            found[oid] = Relation(name: RelationName(schema: schema, name: name), holdsRows: holdsRows, node: node)
        }
        return TracedRelations(relations: found)
    }

    /// The strongest lock of the open transaction on each relation that was there.
    func locks(_ connection: PostgresConnection) async throws -> [RelationName: LockMode] {
        var taken: [RelationName: LockMode] = [:]
        for row in try await connection.query(Self.lockQuery.text) {
            let (oid, name) = try row.decode(Int64.self, String.self)
            guard let relation = relations[oid], let mode = LockMode.allCases.first(where: { $0.catalogName == name })
            else { continue }
            taken[relation.name] = max(taken[relation.name] ?? mode, mode)
        }
        return taken
    }

    /// The tables whose file is another one now.
    func rewritten(_ now: TracedRelations) -> Set<RelationName> {
        Set(
            relations.compactMap { oid, relation in
                guard relation.holdsRows, let other = now.relations[oid], other.node != relation.node else {
                    return nil
                }
                return relation.name
            })
    }
}
