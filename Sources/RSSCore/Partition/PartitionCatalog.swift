import PostgresClient

/// Reads partitioned tables from PostgreSQL's catalog.
struct PartitionCatalog: Sendable {
    let connection: PostgresConnection

    /// A table with its partitions.
    ///
    /// - Throws: ``PartitionError``, `PostgresError`.
    func table(schema: String, name: String) async throws -> PartitionedTable {
        let full = "\(schema).\(name)"
        let keys = try await connection.query(SQLResource(PackageResources.partition_key_sql).text, [schema, name])
        guard let key = keys.first else { throw PartitionError.notPartitioned(full) }
        let column = try key.decode(String?.self, "key_column")
        let columns = try key.decode(Int.self, "key_columns")
        guard let column, columns == 1, try key.decode(String.self, "strategy") == "range",
            try key.decode(String?.self, "key_type") == "date"
        else { throw PartitionError.unsupportedKey(full, definition: try key.decode(String.self, "key_definition")) }
        let rows = try await connection.query(SQLResource(PackageResources.partitions_sql).text, [schema, name])
        return PartitionedTable(schema: schema, name: name, column: column, partitions: try rows.map(partition))
    }

    private func partition(_ row: Row) throws -> Partition {
        let name = try row.decode(String.self, "name")
        let rows = try row.decode(Double.self, "estimated_rows")
        return Partition(
            schema: try row.decode(String.self, "schema"), name: name, bound: try bound(row, name: name),
            isDetachPending: try row.decode(Bool.self, "detach_pending"), estimatedRows: rows < 0 ? nil : rows,
            bytes: try row.decode(Int64.self, "total_bytes"))
    }

    private func bound(_ row: Row, name: String) throws -> Partition.Bound? {
        if try row.decode(Bool.self, "is_default") { return nil }
        func side(_ column: String, isOpen: String) throws -> CalendarDate? {
            if try row.decode(Bool.self, isOpen) { return nil }
            guard let text = try row.decode(String?.self, column), let date = CalendarDate(text) else {
                throw PartitionError.unreadableBound(partition: name, bound: try row.decode(String.self, "bound"))
            }
            return date
        }
        return Partition.Bound(
            lower: try side("lower_bound", isOpen: "lower_is_minvalue"),
            upper: try side("upper_bound", isOpen: "upper_is_maxvalue"))
    }
}
