import PostgresClient

/// A table that has, or is to have, an index.
package struct IndexedTable: Sendable, Equatable {
    package let oid: Int64
    package let schema: String
    package let name: String
    package let isPartitioned: Bool

    package var relation: RelationName { RelationName(schema: schema, name: name) }

    /// Reads a row of oid, kind, schema, name.
    package init(_ row: Row) throws {
        let (oid, kind, schema, name) = try row.decode(Int64.self, String.self, String.self, String.self)
        self.oid = oid
        self.schema = schema
        self.name = name
        isPartitioned = kind == "p"
    }
}

/// An index as the catalog has it.
package struct ExistingIndex: Sendable, Equatable {
    package let oid: Int64
    package let name: String
    /// Whether it is an index, and on the table that was asked for.
    package let isOnTable: Bool
    package let isValid: Bool
    package let isUnique: Bool
    /// `USING btree (a) WHERE …`, as PostgreSQL writes it.
    package let definition: String
    /// The index of the partitioned table that it is attached to.
    package let parent: Int64?
    /// The session that builds it right now.
    package let builder: Int32?
}

/// Asks the catalog about indexes.
package struct IndexCatalog: Sendable {
    package let connection: PostgresConnection
    /// The path of the user's own statements.
    package let path: String

    package init(connection: PostgresConnection, path: String? = nil) {
        self.connection = connection
        self.path = path ?? connection.userSearchPath
    }

    /// The table of a name; nil when there is none.
    package func table(_ name: RelationName) async throws -> IndexedTable? {
        let name = try await connection.qualify(name, along: path)
        return try await connection.query(SQLResource(PackageResources.index_table_sql).text, [name.quoted]).first
            .map(IndexedTable.init)
    }

    /// The partitions right below a table.
    package func children(of table: IndexedTable) async throws -> [IndexedTable] {
        try await connection.query(SQLResource(PackageResources.partition_children_sql).text, [table.oid])
            .map(IndexedTable.init)
    }

    /// A foreign table among the partitions of a table, at any depth; nil for none.
    package func foreignPartition(of table: IndexedTable) async throws -> String? {
        try await connection.query(
            """
            SELECT c.oid::regclass::text FROM pg_partition_tree($1::oid::regclass) t JOIN pg_class c ON c.oid = t.relid
            WHERE c.relkind = 'f' ORDER BY 1 LIMIT 1
            """, [table.oid]
        ).first?.decode(String.self, at: 0)
    }

    /// What has a name in the schema of a table; nil when nothing has.
    package func index(_ name: String, on table: IndexedTable) async throws -> ExistingIndex? {
        try await indexes(on: table, named: name).first
    }

    /// The indexes of a table.
    package func indexes(on table: IndexedTable, named name: String? = nil) async throws -> [ExistingIndex] {
        try await connection.query(SQLResource(PackageResources.index_state_sql).text, [table.oid, name]).map { row in
            let (name, isOnTable, isValid, isUnique, definition, parent, oid, builder) = try row.decode(
                String.self, Bool.self, Bool.self, Bool.self, String.self, Int64?.self, Int64.self, Int32?.self)
            return ExistingIndex(
                oid: oid, name: name, isOnTable: isOnTable, isValid: isValid, isUnique: isUnique,
                definition: definition, parent: parent, builder: builder)
        }
    }

    /// The definition that PostgreSQL would keep of a build: read off an index on an empty copy of the table.
    package func definition(of build: IndexBuild, on table: IndexedTable) async throws -> String {
        try await connection.transaction {
            // The copy is named as the table is, which an expression or a predicate may name.
            let copy = RelationName(
                schema: "pg_temp", name: table.schema.hasPrefix("pg_temp") ? "rssctl_probe" : table.name)
            let quoted = try await connection.quote(copy)
            try await connection.execute(
                "CREATE TEMPORARY TABLE \(quoted) (LIKE \(try await connection.quote(table.relation))) ON COMMIT DROP")
            try await connection.along(path) {
                _ = try await connection.execute(
                    build.sql(name: "rssctl_probe_index", on: quoted, concurrently: false))
            }
            guard let probe = try await self.table(copy) else { return "" }
            return try await index("rssctl_probe_index", on: probe)?.definition ?? ""
        }
    }
}
