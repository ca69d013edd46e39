import PostgresClient
import RSSCore

/// The tables that are to be partitions, before they are attached: the statements that create and attach them.
struct ReshapeTables: Sendable {
    /// A target with its names quoted.
    struct Target: Sendable {
        let spec: ReshapeSpec.Target
        /// The name it has until it is attached, quoted.
        let aside: String
        /// The statements that make it.
        let makes: [String]
        /// Those that are run when it is attached: before, its rows must not be published.
        let publishes: [String]
    }

    static let check = "rssctl_reshape"

    /// The partitioned table that sends copied rows to the targets, quoted.
    let router: String
    let targets: [Target]
    private let table: PartitionedTable
    private let work: ReshapeWork
    private let parent: String
    private let column: String
    private let connection: PostgresConnection

    init(
        _ work: ReshapeWork, _ table: PartitionedTable, policy: PartitionPolicy, _ connection: PostgresConnection
    ) async throws {
        self.work = work
        self.table = table
        self.connection = connection
        router = "rssctl.\(work.prefix)"
        parent = try await connection.quote(table.relation)
        column = try await connection.quoteIdentifier(table.key.column)
        let template = try await PartitionTemplate(table, policy: policy, connection: connection)
        var targets: [Target] = []
        for spec in work.spec.targets {
            let name = try await connection.quote(RelationName(schema: table.schema, name: spec.asideName))
            let statements = template.create(name, withIndexes: false)
            targets.append(
                Target(
                    spec: spec, aside: name, makes: statements.filter { !$0.hasPrefix("ALTER PUBLICATION") },
                    publishes: statements.filter { $0.hasPrefix("ALTER PUBLICATION") }))
        }
        self.targets = targets
    }

    /// The table that sends rows to the targets, and the targets below it.
    var makes: [String] {
        var statements = [
            "CREATE TABLE \(router) (LIKE \(parent) INCLUDING GENERATED) PARTITION BY RANGE (\(column))",
            "COMMENT ON TABLE \(router) IS '\(work.marker)'",
        ]
        for target in targets {
            statements += target.makes
            statements.append("COMMENT ON TABLE \(target.aside) IS '\(work.marker)'")
            if let bound = target.spec.bound {
                statements.append(
                    "ALTER TABLE \(target.aside) ADD CONSTRAINT \(Self.check) CHECK (\(condition(bound, column)))")
            }
            statements.append("ALTER TABLE \(router) ATTACH PARTITION \(target.aside) \(definition(target))")
        }
        return statements
    }

    /// A constraint on the target for what no other partition holds, by which attaching it need not read it.
    var residueChecks: [String] {
        guard let residue = targets.first(where: { $0.spec.bound == nil }) else { return [] }
        let sources = Set(work.spec.sources.map(\.oid))
        let bounds =
            table.partitions.filter { !sources.contains($0.oid) }.compactMap(\.bound)
            + work.spec.targets.compactMap(\.bound)
        guard !bounds.isEmpty else { return [] }
        let others = bounds.map { "(\(table.key.condition($0, column: column)))" }.joined(separator: " OR ")
        return [
            "ALTER TABLE \(residue.aside) DROP CONSTRAINT IF EXISTS \(Self.check)",
            "ALTER TABLE \(residue.aside) ADD CONSTRAINT \(Self.check) CHECK (\(column) IS NULL OR NOT (\(others)))",
        ]
    }

    /// The statements that build what a target lacks of the indexes.
    func indexes(_ target: Target) async throws -> [String] {
        let own = work.spec.sources.count == 1 ? work.spec.sources.map(\.oid) : []
        return try await connection.query(
            SQLResource(PackageResources.reshape_indexes_sql).text,
            [table.oid, own, try await oid(target.aside), target.aside]
        ).map { try $0.decode(String.self, at: 0) }
    }

    /// The statement that sets the replica identity index, where the parent has one.
    func replicaIdentity(_ target: Target) async throws -> String? {
        guard let oid = try await oid(target.aside) else { return nil }
        let index = try await connection.query(
            SQLResource(PackageResources.reshape_replica_identity_sql).text, [table.oid, oid]
        ).first?.decode(String.self, at: 0)
        guard let index else { return nil }
        return
            "ALTER TABLE \(target.aside) REPLICA IDENTITY USING INDEX \(try await connection.quoteIdentifier(index))"
    }

    private func oid(_ quoted: String) async throws -> Int64? {
        try await connection.query("SELECT to_regclass($1)::oid::bigint", [quoted]).first?.decode(Int64?.self, at: 0)
    }

    /// What the swap does besides detaching the sources: renames, attaches, and drops the helper objects.
    func attaches(withResidue: Bool) async throws -> [String] {
        var (attaches, ends): ([String], [String]) = ([], [])
        for target in targets where withResidue || target.spec.bound != nil {
            var name = target.aside
            attaches.append("ALTER TABLE \(router) DETACH PARTITION \(target.aside)")
            if target.spec.workName != nil {
                name = try await connection.quote(RelationName(schema: table.schema, name: target.spec.name))
                attaches.append(
                    "ALTER TABLE \(target.aside) RENAME TO \(try await connection.quoteIdentifier(target.spec.name))")
            }
            attaches.append("ALTER TABLE \(parent) ATTACH PARTITION \(name) \(definition(target))")
            ends += [
                "ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(Self.check)", "COMMENT ON TABLE \(name) IS NULL",
            ]
            ends += target.publishes.map { $0.replacing(target.aside, with: name) }
        }
        return attaches + ends + ["DROP TABLE \(router)"]
    }

    /// Detaches the sources.
    func detaches() async throws -> [String] {
        var statements: [String] = []
        for source in work.spec.sources {
            let name = try await connection.quote(source.relation)
            statements.append("ALTER TABLE \(parent) DETACH PARTITION \(name)")
            // Otherwise they would prevent referenced rows from being deleted because of rows that are elsewhere now.
            let keys = try await connection.query(
                """
                SELECT k.conname::text FROM pg_constraint k WHERE k.conrelid = $1 AND k.contype = 'f'
                  -- Parts of a key to a partitioned table go with it.
                  AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid)
                ORDER BY 1
                """, [source.oid]
            ).map { try $0.decode(String.self, at: 0) }
            for key in keys {
                // Before 15, detaching drops those to partitioned tables.
                let quoted = try await connection.quoteIdentifier(key)
                statements.append("ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(quoted)")
            }
            if let later = source.laterName {
                statements.append("ALTER TABLE \(name) RENAME TO \(try await connection.quoteIdentifier(later))")
            }
        }
        return statements
    }

    private func definition(_ target: Target) -> String { target.spec.bound.map(table.key.definition) ?? "DEFAULT" }

    private func condition(_ bound: Partition.Bound, _ column: String) -> String {
        (["\(column) IS NOT NULL", table.key.condition(bound, column: column)].filter { !$0.isEmpty })
            .joined(separator: " AND ")
    }
}
