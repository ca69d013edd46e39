import PostgresClient
import RSSCore

/// Checks for rows that reference a partition's rows.
struct ReferenceGuard: Sendable {
    let partition: RelationName
    let connection: PostgresConnection

    /// Refuses a partition whose keys in the registry are referenced by rows that are neither deleted nor set to NULL or a
    /// default; also by those of a table that was taken out, which can be neither.
    func refuse(through registry: KeyRegistry) async throws {
        for reference in try await TableReference.to(registry.oid, connection) {
            var isInTheWay = reference.onDelete == .restrict || reference.onDelete == .noAction
            if !isInTheWay { isInTheWay = try await RetiredLedger(connection).dropDay(of: reference.relation) != nil }
            if isInTheWay { try await refuse(reference) }
        }
    }

    /// Refuses a partition that is referenced by rows of a partition that was taken out of the referencing table, and may be attached again.
    /// Before PostgreSQL 15 such a one has lost its foreign keys to partitioned tables, which attaching it would restore.
    func refuseRetired(of reference: TableReference) async throws {
        guard reference.isPartitioned, await connection.serverVersion < 150_000 else { return }
        for relation in try await RetiredLedger(connection).relations(of: reference.relation) {
            try await refuse(reference.from(relation))
        }
    }

    /// Refuses a partition that rows reference through a foreign key to its table, or to the key registry.
    ///
    /// - Parameter bound: checks by the bound of the partition alone, for which an index is enough; for a foreign key that
    ///   contains the partition key.
    func refuse(_ reference: TableReference, within bound: (key: PartitionKey, partition: Partition)? = nil)
        async throws
    {
        try await connection.refuseForeignCode(.reading, in: [reference.relation.quoted, partition.quoted])
        let child = try await connection.quote(reference.relation)
        var (own, others): ([String], [String]) = ([], [])
        for column in reference.columns { own.append("c.\(try await connection.quoteIdentifier(column))") }
        for column in reference.referenced { others.append("p.\(try await connection.quoteIdentifier(column))") }
        var condition =
            "(\(own.joined(separator: ", "))) IN (SELECT \(others.joined(separator: ", ")) FROM ONLY \(try await connection.quote(partition)) AS p)"
        if let bound, let range = bound.partition.bound,
            let place = reference.referenced.firstIndex(of: bound.key.column)
        {
            let ends = bound.key.condition(range, column: own[place])
            condition = ([ends] + own.map { "\($0) IS NOT NULL" }).filter { !$0.isEmpty }.joined(separator: " AND ")
        }
        let rows = try await connection.query(
            "SELECT DISTINCT concat_ws(' ', \(own.map { "\($0)::text" }.joined(separator: ", "))) FROM (SELECT * FROM \(child) AS c WHERE \(condition) LIMIT 5) AS c",
            timeout: LongStatement.reading)
        guard !rows.isEmpty else { return }
        // What was taken out takes no writes: its rows stay as they are until it is dropped.
        if let until = try await RetiredLedger(connection).dropDay(of: reference.relation) {
            throw RetireError.waits(partition.quoted, for: reference.relation.quoted, until: until)
        }
        throw RetireError.referenced(
            partition.quoted, by: reference.relation.quoted, onDelete: reference.onDelete.name,
            keys: try rows.map { try $0.decode(String.self, at: 0) })
    }
}
