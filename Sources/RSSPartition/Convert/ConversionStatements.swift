import PostgresClient
import RSSCore
import SQLScript

/// The statements of a conversion's steps, made from the catalog as it is.
struct ConversionStatements: Sendable {
    let connection: PostgresConnection
    let spec: ConversionSpec
    let oid: Int64

    private var catalog: ConversionCatalog { ConversionCatalog(connection: connection) }

    /// The constraint that proves the bounds of the plain table as a partition.
    static let bound = "rssctl_bound"

    func table() async throws -> String { try await connection.quote(spec.table) }
    func quote(_ name: String) async throws -> String { try await connection.quote(spec.relation(name)) }

    // MARK: Before the cutover

    /// The key registry with its triggers, to be run with the schema in front of the search path.
    func registry(_ table: PlainTable) async throws -> [String] {
        guard let registry = spec.registry else { return [] }
        var statements = spec.isShipped ? try Self.shippedRegistry() : try await generatedRegistry(registry)
        let ours = try await connection.query("SELECT quote_ident(current_user)").first?.decode(String.self, at: 0)
        guard ours != table.owner else { return statements }
        statements.append("ALTER TABLE \(try await quote(registry)) OWNER TO \(table.owner)")
        for function in ConversionSpec.registryFunctions {
            // Without arguments: no other function has the name.
            statements.append("ALTER FUNCTION \(try await quote("\(registry)_\(function)")) OWNER TO \(table.owner)")
        }
        return statements
    }

    private func generatedRegistry(_ registry: String) async throws -> [String] {
        try await connection.query(
            SQLResource(PackageResources.convert_registry_sql).text, [oid, registry, spec.column, spec.globalUnique]
        ).map { try $0.decode(String.self, at: 0) }
    }

    /// What the migration of the shipped schema does from the registry on.
    static func shippedRegistry() throws -> [String] {
        try Splitter(PackageResources.shipped_registry_sql).statements().map(\.text)
    }

    /// The indexes that are built concurrently.
    func indexes() async throws -> [IndexBuild] {
        var builds: [IndexBuild] = []
        for index in spec.indexesToBuild {
            let sql =
                "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX \(try await connection.quoteIdentifier(index.name)) ON \(try await table()) (\(try await list(index.columns)))"
            if let build = try IndexBuild(sql: sql) { builds.append(build) }
        }
        return builds
    }

    /// The constraint that says what the table holds; it proves as well that the column is never NULL.
    func raiseBound() async throws -> String {
        let column = try await connection.quoteIdentifier(spec.column)
        return
            "ALTER TABLE \(try await table()) ADD CONSTRAINT \(Self.bound) CHECK (\(column) IS NOT NULL AND \(spec.key.condition(spec.bound, column: column))) NOT VALID"
    }

    func validate(_ constraint: String, of table: RelationName) async throws -> String {
        "ALTER TABLE \(try await connection.quote(table)) VALIDATE CONSTRAINT \(try await connection.quoteIdentifier(constraint))"
    }

    /// The foreign keys to the table, as they will reference the registry.
    func incomingKeys() async throws -> [IncomingKey] {
        guard let registry = spec.registry else { return [] }
        return try await catalog.incomingKeys(oid, to: try await quote(registry))
    }

    func add(_ key: IncomingKey) async throws -> String {
        "ALTER TABLE \(try await connection.quote(key.table)) ADD CONSTRAINT \(try await connection.quoteIdentifier(key.draft)) \(key.definition) NOT VALID"
    }

    /// The partitioned table under its draft name, like the plain one in everything that a partitioned one can have.
    func draft() async throws -> [String] {
        let (draft, plain) = (try await quote(spec.draft), try await table())
        let column = try await connection.quoteIdentifier(spec.column)
        let tablespace = try await spec.policy.quotedTablespace(of: oid, connection).map { " TABLESPACE \($0)" } ?? ""
        var statements = [
            "CREATE TABLE \(draft) (LIKE \(plain) INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS EXCLUDING IDENTITY) PARTITION BY RANGE (\(column))\(tablespace)",
            "ALTER TABLE \(draft) DROP CONSTRAINT IF EXISTS \(Self.bound)",
        ]
        statements += try await connection.query(
            SQLResource(PackageResources.convert_parent_sql).text, [oid, draft]
        ).map { try $0.decode(String.self, at: 0) }
        if spec.wasNullable, await connection.serverVersion >= 180_000 {
            // From PostgreSQL 18 on the primary key would make a constraint of it that is named after the draft.
            let name = try await connection.quoteIdentifier(
                ConversionSpec.fit("\(spec.table.name)_\(spec.column)_not_null"))
            statements.append("ALTER TABLE \(draft) ADD CONSTRAINT \(name) NOT NULL \(column)")
        }
        for key in spec.replaced { statements += try await draftKey(key, on: draft) }
        for index in try await catalog.indexes(oid, except: ownIndexes) {
            statements += try await draftIndex(index, on: draft)
        }
        return statements
    }

    /// The indexes of the plain table that have no counterpart of their own: those replaced, and those built for that.
    private var ownIndexes: [String] { spec.replaced.map(\.name) + spec.indexesToBuild.map(\.name) }

    private func draftKey(_ key: ConversionSpec.Key, on draft: String) async throws -> [String] {
        let name = try await connection.quoteIdentifier(spec.draftName(of: key.name))
        if key.isPrimary {
            let columns = try await list(key.columns + [spec.column])
            var statements = ["ALTER TABLE \(draft) ADD CONSTRAINT \(name) PRIMARY KEY (\(columns))"]
            if let comment = key.comment {
                statements.append(
                    "COMMENT ON CONSTRAINT \(name) ON \(draft) IS \(try await connection.quoteLiteral(comment))")
            }
            return statements
        }
        return spec.isShipped ? [] : ["CREATE INDEX \(name) ON \(draft) (\(try await list(key.columns)))"]
    }

    private func draftIndex(_ index: CarriedIndex, on draft: String) async throws -> [String] {
        let name = try await connection.quoteIdentifier(spec.draftName(of: index.name))
        var statements: [String] = []
        if let constraint = index.constraint {
            statements.append("ALTER TABLE \(draft) ADD CONSTRAINT \(name) \(constraint)")
        } else if let build = try IndexBuild(sql: index.definition) {
            statements.append(build.sql(name: name, on: draft, concurrently: false))
        }
        if let comment = index.constraintComment {
            statements.append(
                "COMMENT ON CONSTRAINT \(name) ON \(draft) IS \(try await connection.quoteLiteral(comment))")
        }
        if let comment = index.comment {
            let whole = try await quote(spec.draftName(of: index.name))
            statements.append("COMMENT ON INDEX \(whole) IS \(try await connection.quoteLiteral(comment))")
        }
        return statements
    }

    /// The comment by which a draft made earlier is checked for being still like the table.
    func draftMark() async throws -> String {
        let shape =
            try await connection.query(SQLResource(PackageResources.convert_shape_sql).text, [oid]).first?
            .decode(String.self, at: 0) ?? ""
        let text = try await ([shape] + draft()).joined(separator: "\0")
        return
            "Made by rssctl partition convert from \(spec.table.quoted), which it is to replace: \(Digest.sha256.hex(text.utf8))"
    }

    private func list(_ columns: [String]) async throws -> String {
        var quoted: [String] = []
        for column in columns { quoted.append(try await connection.quoteIdentifier(column)) }
        return quoted.joined(separator: ", ")
    }

    // MARK: The cutover

    /// What the tables lock in the cutover, in the order of locking: first those that the application's statements lock
    /// first.
    func cutoverLocks() async throws -> [RelationName] {
        try await incomingKeys().map(\.table).unique() + [spec.table]
            + (spec.registry.map { [spec.relation($0)] } ?? []) + (try await catalog.referenced(by: oid))
    }

    /// The names that indexes and statistics of the plain table take as a partition's.
    func renamed() async throws -> (indexes: [[String]], statistics: [[String]]) {
        let indexes = try await catalog.indexes(oid, except: ownIndexes).map {
            [$0.name, spec.legacyName(of: $0.name)]
        }
        let statistics = try await catalog.statistics(oid).map { [$0[0], $0[1], spec.legacyName(of: $0[1])] }
        return (indexes, statistics)
    }

    /// What the cutover runs once it has all locks. To be made before, with an empty search path.
    func cutover() async throws -> [String] {
        let (plain, legacy, draft) = (try await table(), try await quote(spec.legacy), try await quote(spec.draft))
        let carry = try await carried(from: plain, other: legacy)
        let (indexes, statistics) = try await renamed()
        var statements: [String] = []
        for key in try await incomingKeys() {
            let table = try await connection.quote(key.table)
            let (name, draftName) = (
                try await connection.quoteIdentifier(key.name), try await connection.quoteIdentifier(key.draft)
            )
            statements.append("ALTER TABLE \(table) DROP CONSTRAINT \(name)")
            statements.append("ALTER TABLE \(table) RENAME CONSTRAINT \(draftName) TO \(name)")
            if let comment = key.comment {
                statements.append(
                    "COMMENT ON CONSTRAINT \(name) ON \(table) IS \(try await connection.quoteLiteral(comment))")
            }
        }
        statements += carry[1] ?? []
        statements += try await replaceKeys(on: plain)
        for pair in indexes { statements.append(try await rename(index: pair[0], to: pair[1])) }
        for entry in statistics {
            let name = try await connection.quote(RelationName(schema: entry[0], name: entry[1]))
            statements.append("ALTER STATISTICS \(name) RENAME TO \(try await connection.quoteIdentifier(entry[2]))")
        }
        statements.append("ALTER TABLE \(plain) RENAME TO \(try await connection.quoteIdentifier(spec.legacy))")
        statements.append("ALTER TABLE \(draft) RENAME TO \(try await connection.quoteIdentifier(spec.table.name))")
        for name in indexes.map({ $0[0] }) + spec.replaced.filter({ $0.isPrimary || !spec.isShipped }).map(\.name) {
            statements.append(try await rename(index: spec.draftName(of: name), to: name))
        }
        statements += carry[2] ?? []
        statements.append("ALTER TABLE \(plain) ATTACH PARTITION \(legacy) \(spec.key.definition(spec.bound))")
        statements.append("ALTER TABLE \(legacy) DROP CONSTRAINT \(Self.bound)")
        return statements + (carry[3] ?? [])
    }

    private func rename(index: String, to name: String) async throws -> String {
        "ALTER INDEX \(try await quote(index)) RENAME TO \(try await connection.quoteIdentifier(name))"
    }

    private func replaceKeys(on plain: String) async throws -> [String] {
        var statements: [String] = []
        for key in spec.replaced {
            let name = try await connection.quoteIdentifier(key.name)
            statements.append(
                key.isConstraint
                    ? "ALTER TABLE \(plain) DROP CONSTRAINT \(name)" : "DROP INDEX \(try await quote(key.name))")
            if key.isPrimary {
                let index = try await connection.quoteIdentifier(spec.legacyName(of: key.name))
                statements.append("ALTER TABLE \(plain) ADD CONSTRAINT \(index) PRIMARY KEY USING INDEX \(index)")
            }
        }
        return statements
    }

    /// What the one table has and the other is to get, by the phase that it is run in.
    private func carried(from plain: String, other: String) async throws -> [Int: [String]] {
        let rows = try await connection.query(
            SQLResource(PackageResources.convert_carry_sql).text, [oid, plain, other, true, String?.none]
        ).map { try $0.decode(Int.self, String.self) }
        return Dictionary(grouping: rows, by: \.0).mapValues { $0.map(\.1) }
    }
}

extension Array where Element: Hashable {
    /// Each element once, where it comes first.
    package func unique() -> [Element] {
        var seen: Set<Element> = []
        return filter { seen.insert($0).inserted }
    }
}
