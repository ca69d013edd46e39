import PostgresClient
import RSSCore
import RSSModel

extension PartitionIndexRun {
    /// How many partitions have their part of an index, and how large all of it is.
    ///
    /// - Throws: ``PartitionIndexError``, `PostgresError`.
    package func extent(of name: RelationName) async throws -> (partitions: Int, bytes: Int64) {
        let target = try await droppable(name)
        let leaves = try await leaves(of: target.relation)
        return (leaves.count, leaves.reduce(0) { $0 + $1.bytes })
    }

    /// Drops an index with its parts on all partitions.
    ///
    /// PostgreSQL cannot drop it concurrently: it locks the table and all partitions in ACCESS EXCLUSIVE mode. So it is done
    /// in one short transaction that is not begun while a lock would have to be waited for.
    ///
    /// - Throws: ``PartitionIndexError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func drop(_ name: RelationName, progress: ProgressReporter) async throws -> PartitionIndexOutcome {
        let target = try await droppable(name)
        let statement = "DROP INDEX \(try await connection.quote(target.relation))"
        return try await keeping(target.table, target.relation.quoted, nil) {
            let leaves = try await leaves(of: target.relation)
            var outcome = PartitionIndexOutcome(
                table: target.table, target: target.relation,
                steps: [
                    PartitionIndexOutcome.Step(
                        table: target.table, index: target.relation, state: .pending, statements: [statement],
                        bytes: leaves.reduce(0) { $0 + $1.bytes })
                ])
            if isDryRun { return outcome }
            try await lockPolicy.run(
                on: connection, locks: [RelationLock(target.table, .accessExclusive)], progress: progress
            ) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    try await connection.execute(statement)
                    try await BookkeepingSchema.record(
                        connection, runID: runID, operation: "partition.index", object: target.relation.quoted,
                        detail: "dropped with its parts on \(leaves.count) partitions")
                    try await FaultPoint.reach("index.drop")
                }
            }
            outcome.steps[0].state = .done
            progress(.done("Dropped \(target.relation.quoted) with its parts on \(leaves.count) partitions."))
            return outcome
        }
    }

    private func droppable(_ name: RelationName) async throws -> PartitionIndexTarget {
        let target = try await PartitionIndexTarget(name, connection)
        if let parent = target.parent { throw PartitionIndexError.attached(target.relation.quoted, to: parent) }
        guard target.kind == "I" else {
            throw PartitionIndexError.notPartitioned(
                target.relation.quoted, instead: "DROP INDEX CONCURRENTLY \(target.relation.quoted)")
        }
        if let constraint = target.constraint {
            throw PartitionIndexError.ofConstraint(
                target.relation.quoted, constraint: RelationName(name: constraint).quoted, table: target.table.quoted)
        }
        if target.isIdentity {
            throw PartitionIndexError.replicaIdentity(target.relation.quoted, table: target.table.quoted)
        }
        return target
    }

    func leaves(of relation: RelationName) async throws -> [LeafIndex] {
        try await connection.query(SQLResource(PackageResources.index_leaves_sql).text, [relation.quoted])
            .map(LeafIndex.init)
    }
}
