import PostgresClient
import RSSCore

/// Reads partitioned tables from PostgreSQL's catalog.
package struct PartitionCatalog: Sendable {
    let connection: PostgresConnection

    /// Makes a catalog of what a session sees.
    package init(_ connection: PostgresConnection) { self.connection = connection }

    /// A table with its partitions.
    ///
    /// - Parameter sizes: whether the partitions' bytes are wanted; they are zero if not.
    /// - Throws: ``PartitionError``, `PostgresError`.
    package func table(_ name: RelationName, sizes: Bool = true) async throws -> PartitionedTable {
        let schema = name.schema ?? "public"
        let keys = try await connection.query(
            SQLResource(PackageResources.partition_key_sql).text, [schema, name.name])
        guard let row = keys.first else { throw try await notPartitioned(name) }
        let (oid, isRange, column, kind, definition, isNotNull, highest) = try row.decode(
            Int64.self, Bool.self, String?.self, String?.self, String.self, Bool.self, Int64?.self)
        guard isRange, let column, let kind = kind.flatMap(PartitionKey.Kind.init) else {
            throw PartitionError.unsupportedKey(name.quoted, definition: definition)
        }
        let rows = try await connection.query(
            SQLResource(PackageResources.partitions_sql).text, [oid, kind.rawValue, sizes])
        return PartitionedTable(
            oid: oid, schema: schema, name: name.name,
            key: PartitionKey(column: column, kind: kind, isNotNull: isNotNull, highest: highest),
            partitions: try rows.map(partition))
    }

    /// The table that a partition belongs to; nil for a table that is not a partition.
    package func parent(of partition: RelationName) async throws -> RelationName? {
        try await connection.query(
            """
            SELECT n.nspname::text, p.relname::text FROM pg_inherits i JOIN pg_class p ON p.oid = i.inhparent
            JOIN pg_namespace n ON n.oid = p.relnamespace WHERE i.inhrelid = to_regclass($1) AND p.relkind = 'p'
            """, [partition.quoted]
        ).first.map { row in
            let (schema, name) = try row.decode(String.self, String.self)
            return RelationName(schema: schema, name: name)
        }
    }

    /// The names of the relations and types of a schema: a new table must have another.
    func takenNames(in schema: String) async throws -> Set<String> {
        let rows = try await connection.query(
            """
            SELECT relname::text FROM pg_class WHERE relnamespace = $1::regnamespace
            UNION SELECT typname::text FROM pg_type WHERE typnamespace = $1::regnamespace
            """, [try await connection.quoteIdentifier(schema)])
        return Set(try rows.map { try $0.decode(String.self, at: 0) })
    }

    private func partition(_ row: Row) throws -> Partition {
        let name = try row.decode(String.self, "name")
        let definition = try row.decode(String.self, "definition")
        let rows = try row.decode(Double.self, "estimated_rows")
        func side(_ column: String, isOpen: String) throws -> Int64? {
            if try row.decode(Bool.self, isOpen) { return nil }
            guard let point = try row.decode(Int64?.self, column) else {
                throw PartitionError.unreadableBound(partition: name, bound: definition)
            }
            return point
        }
        let bound =
            try row.decode(Bool.self, "is_default")
            ? nil
            : Partition.Bound(
                lower: try side("lower_point", isOpen: "lower_open"),
                upper: try side("upper_point", isOpen: "upper_open"))
        return Partition(
            oid: try row.decode(Int64.self, "oid"), schema: try row.decode(String.self, "schema"), name: name,
            bound: bound, definition: definition, isDetachPending: try row.decode(Bool.self, "detach_pending"),
            isPartitioned: try row.decode(Bool.self, "is_partitioned"),
            isForeign: try row.decode(Bool.self, "is_foreign"),
            takesNoWrites: try row.decode(Bool.self, "takes_no_writes"), estimatedRows: rows < 0 ? nil : rows,
            bytes: try row.decode(Int64?.self, "total_bytes") ?? 0)
    }
}
