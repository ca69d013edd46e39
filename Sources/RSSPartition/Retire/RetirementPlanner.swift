import PostgresClient
import RSSCore

/// What a table's retention, and retirements in progress, require.
struct RetirementPlanner: Sendable {
    let connection: PostgresConnection

    /// The operations of a table.
    ///
    /// - Parameter cutoff: the point before which nothing is retained; nil to retain all.
    func operations(
        _ table: PartitionedTable, _ policy: PartitionPolicy, retired: [RetiredPartition], cutoff: Int64?
    ) async throws -> [PartitionOperation] {
        var operations = try await blocks(table, retired, cutoff: cutoff)
        for partition in Self.expired(table, cutoff: cutoff) {
            operations.append(
                try await detach(
                    partition, of: table, reason: "older than \(policy.retention.map { "\($0)" } ?? "its retention")"))
        }
        for record in retired where record.isThere && !record.isPending {
            if let partition = table.partitions.first(where: { $0.oid == record.oid }) {
                guard record.state == .detaching, !operations.contains(where: { $0.object == record.relation }) else {
                    continue
                }
                operations.append(try await detach(partition, of: table, reason: "its retirement was interrupted"))
            } else if record.state == .detaching {
                operations.append(
                    PartitionOperation(
                        .detach, record.relation, bound: record.bound, range: table.label(record.bound),
                        reason: "its retirement was interrupted"))
            } else if record.state == .dropping || record.isDue {
                operations.append(try await drop(record, of: table, policy))
            }
        }
        return operations
    }

    /// What lifts the write blocks of partitions that are in use: the run that added one has ended, as its lock shows, or the
    /// partition was attached again outside rssctl. What is being retired keeps it.
    private func blocks(
        _ table: PartitionedTable, _ retired: [RetiredPartition], cutoff: Int64?
    ) async throws -> [PartitionOperation] {
        let leaving =
            retired.filter { $0.state == .detaching }.map(\.relation)
            + Self.expired(table, cutoff: cutoff).map(\.relation)
        let blocked = table.partitions.filter {
            $0.takesNoWrites && !$0.isDetachPending && !leaving.contains($0.relation)
        }
        if blocked.isEmpty { return [] }
        let lock = AdvisoryLock.partitions(of: table.relation)
        if try await connection.holder(of: lock) != nil, try await !connection.holds(lock) { return [] }
        var operations: [PartitionOperation] = []
        for partition in blocked {
            operations.append(
                PartitionOperation(
                    .liftBlock, partition.relation, bound: partition.bound, range: partition.bound.map(table.label),
                    reason: partition.isDefault
                        ? "it refuses rows for a run that has ended" : "it refuses writes for a run that has ended",
                    locks: [RelationLock(partition.relation, .accessExclusive)],
                    statements: partition.isDefault
                        ? [try await DefaultGuard.dropping(from: partition.relation, connection)]
                        : try await WriteBlock(partition: partition.relation).lowering(connection)))
        }
        return operations
    }

    /// The partitions that are before a point as a whole: all that are accounted for, but never the last of the table.
    static func expired(_ table: PartitionedTable, cutoff: Int64?) -> [Partition] {
        guard let cutoff else { return [] }
        let attached = table.partitions.filter { !$0.isDefault && !$0.isDetachPending }
        let expired = attached.filter {
            !$0.isPartitioned && !$0.isForeign && ($0.bound?.upper).map { $0 <= cutoff } == true
        }
        return expired.count == attached.count ? expired.dropLast() : expired
    }

    /// The operation that takes a partition out.
    func detach(_ partition: Partition, of table: PartitionedTable, reason: String) async throws -> PartitionOperation {
        let references = try await TableReference.to(table.oid, connection)
        let way = DetachWay(table, references)
        let statements = try await DetachStatements(partition: partition, table: table, connection: connection)
        var locks = [RelationLock(partition.relation, .accessExclusive)]
        locks.append(RelationLock(table.relation, way == .concurrently ? .shareUpdateExclusive : .accessExclusive))
        if let other = table.defaultPartition { locks.append(RelationLock(other.relation, .accessExclusive)) }
        locks += references.map { RelationLock($0.relation, .accessExclusive) }
        return PartitionOperation(
            .detach, partition.relation, bound: partition.bound, range: partition.bound.map(table.label),
            reason: reason, locks: locks, rows: partition.estimatedRows, bytes: partition.bytes,
            statements: statements.beginning + [statements.validation]
                + (try await statements.detaching(way, references)))
    }

    private func drop(
        _ record: RetiredPartition, of table: PartitionedTable, _ policy: PartitionPolicy
    ) async throws -> PartitionOperation {
        let name = try await connection.quote(record.relation)
        let registry = try await KeyRegistry.of(table.oid, connection)
        var statements: [String] = []
        if let registry {
            let removal = try await KeyRemoval(registry, of: record.relation, connection)
            statements = [removal.collecting, removal.deleting]
        }
        var locks = [RelationLock(record.relation, .accessExclusive)]
        if let registry { locks.append(RelationLock(registry.relation, .rowExclusive)) }
        // Its foreign keys go first, for which what they reference is locked for a moment.
        for row in try await connection.query(
            SQLResource(PackageResources.partition_neighbours_sql).text, [record.oid])
        where try !row.decode(Bool.self, "is_incoming") {
            let (schema, name) = try (row.decode(String.self, "schema"), row.decode(String.self, "name"))
            locks.append(RelationLock(RelationName(schema: schema, name: name), .accessExclusive))
        }
        return PartitionOperation(
            .drop, record.relation, bound: record.bound, range: table.label(record.bound),
            reason: record.state == .dropping
                ? "its drop was interrupted"
                : policy.archive == nil ? "its quarantine is over" : "its quarantine is over; archived first",
            locks: locks, statements: statements + ["DROP TABLE \(name)"])
    }
}
