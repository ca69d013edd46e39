import PostgresClient
import RSSCore
import RSSModel

/// Reattaches partitions that were taken out, with the bounds they had. The caller holds the table's lock.
struct PartitionReturn: Sendable {
    let retirement: PartitionRetirement

    private var connection: PostgresConnection { retirement.connection }

    /// Attaches a partition again, or only lets it be written to again where it never left.
    ///
    /// - Throws: ``RetireError``, ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    func reattach(_ name: RelationName) async throws {
        var target = try await PartitionTarget.find(name, connection)
        if let partition = target.attached, partition.isDetachPending {
            try await retirement.detach(name, quarantineDays: 0)
            target = try await PartitionTarget.find(name, connection)
        }
        guard target.retired?.state != .dropping else { throw RetireError.dropBegun(name.quoted) }
        let isBlocked = try await WriteBlock(partition: name).isUp(connection)
        guard target.retired != nil || isBlocked else { throw RetireError.notRetired(name.quoted) }
        if target.attached != nil { return try await unblock(target) }
        try await attach(target)
        retirement.progress(.done("Reattached \(name.quoted) to \(target.table.relation.quoted)."))
    }

    /// Lets a partition that never left its table be written to again.
    ///
    /// - Returns: whether it takes writes again; false for one that is half detached.
    func release(_ name: RelationName) async throws -> Bool {
        let target = try await PartitionTarget.find(name, connection)
        guard let partition = target.attached, target.retired != nil else { return true }
        if partition.isDetachPending { return false }
        try await unblock(target)
        return true
    }

    /// The statements that are run.
    func statements(_ name: RelationName) async throws -> [String] {
        let target = try await PartitionTarget.find(name, connection)
        let own = try await connection.quote(name)
        var statements = try await WriteBlock(partition: name).lowering(connection)
        if target.attached == nil, let bound = target.bound {
            if let strays = try await StrayRows(target.table, bound, connection) {
                statements += try await strays.moving(into: name)
            }
            statements.append(
                "ALTER TABLE \(try await connection.quote(target.table.relation)) ATTACH PARTITION \(own) \(target.table.key.definition(bound))"
            )
        }
        return statements + ["ALTER TABLE \(own) DROP CONSTRAINT IF EXISTS \(DetachStatements.constraint)"]
    }

    private func unblock(_ target: PartitionTarget) async throws {
        let statements = try await statements(target.relation)
        try await retirement.locked(target.relation, [RelationLock(target.relation, .accessExclusive)]) {
            try await connection.transaction {
                try await retirement.lockPolicy.bound(connection)
                for statement in statements { try await connection.execute(statement) }
                try await close(target)
            }
        }
    }

    private func attach(_ target: PartitionTarget) async throws {
        let table = target.table
        guard let bound = target.bound else { return }
        if let other = table.partitions.first(where: { $0.bound?.overlaps(bound) == true }) {
            throw RetireError.occupied(
                target.relation.quoted, range: table.label(bound), by: other.relation.quoted,
                table: table.relation.quoted)
        }
        try await connection.refuseForeignCode(.arranging, in: [target.relation.quoted, table.relation.quoted])
        try await refuseOtherColumns(target)
        let strays = try await StrayRows(table, bound, connection)
        try await strays?.refuse(target.relation)
        try await FaultPoint.reach("undo.looked")
        let defaultGuard = strays == nil ? try await proven(bound, of: table) : nil
        let statements = try await statements(target.relation)
        var locks = [
            RelationLock(table.relation, table.defaultPartition == nil ? .shareUpdateExclusive : .shareRowExclusive),
            RelationLock(target.relation, .accessExclusive),
        ]
        // Foreign keys that the partition kept are taken over, for which what they reference is locked strongly, for a
        // moment.
        for row in try await connection.query(
            SQLResource(PackageResources.partition_neighbours_sql).text, [table.oid])
        {
            let (schema, name) = try (row.decode(String.self, "schema"), row.decode(String.self, "name"))
            locks.append(RelationLock(RelationName(schema: schema, name: name), .accessExclusive))
        }
        if let other = table.defaultPartition { locks.append(RelationLock(other.relation, .accessExclusive)) }
        do {
            try await retirement.locked(target.relation, locks) {
                try await connection.transaction {
                    try await retirement.lockPolicy.bound(connection)
                    try await connection.refuseForeignCode(
                        .arranging, in: [target.relation.quoted, table.relation.quoted])
                    let last = defaultGuard == nil ? try await settled(target, bound) : nil
                    try await connection.execute(
                        "LOCK TABLE \(try await connection.quote(target.relation)) IN ACCESS EXCLUSIVE MODE")
                    try await connection.require(
                        RecordedObjects(relations: [target.relation]), ofOwnerOf: table.relation)
                    for statement in last ?? statements {
                        // Triggers that are switched off by now do not count.
                        if statement.hasPrefix(StrayRows.move), let other = table.defaultPartition {
                            try await connection.refuseForeignCode(
                                .filling, in: [target.relation.quoted, other.relation.quoted])
                        }
                        try await connection.execute(statement, timeout: LongStatement.reading)
                    }
                    try await DefaultGuard.drop(from: table.defaultPartition?.relation, connection)
                    try await close(target)
                    try await FaultPoint.reach("undo.attached")
                }
            }
        } catch let error as PostgresError where error.sqlState == .uniqueViolation && table.defaultPartition != nil {
            throw RetireError.keysMeet(
                target.relation.quoted, defaultPartition: table.defaultPartition?.relation.quoted ?? "",
                detail: error.detail ?? error.message)
        }
        try await FaultPoint.reach("undo.done")
    }

    /// A proof that the default partition holds nothing of a bound, so that it need not be read while all sessions wait; nil
    /// where there is none, or where rows come while it is made.
    private func proven(_ bound: Partition.Bound, of table: PartitionedTable) async throws -> DefaultGuard? {
        let defaultGuard = try await DefaultGuard(table, bounds: [bound], connection)
        do {
            try await defaultGuard?.raise(retirement.lockPolicy, retirement.progress)
        } catch let error as PostgresError where error.sqlState == .checkViolation {
            return nil
        }
        return defaultGuard
    }

    /// The statements as they are once nothing is written to the default partition any more, in the transaction that
    /// attaches: the rows written to it until now are included.
    private func settled(_ target: PartitionTarget, _ bound: Partition.Bound) async throws -> [String]? {
        guard target.table.defaultPartition != nil else { return nil }
        try await DefaultGuard.keepWritersOut(of: target.table, connection)
        try await StrayRows(target.table, bound, connection)?.refuse(target.relation)
        return try await statements(target.relation)
    }

    /// Refuses a partition whose table was given columns, or lost some, since it was taken out.
    private func refuseOtherColumns(_ target: PartitionTarget) async throws {
        let rows = try await connection.query(
            SQLResource(PackageResources.undo_columns_sql).text, [target.table.oid, target.oid]
        ).map { try $0.decode(String.self, String.self) }
        guard !rows.isEmpty else { return }
        throw RetireError.columnsDiffer(
            target.relation.quoted, table: target.table.relation.quoted,
            problem: rows.map(\.0).joined(separator: "; "), remedy: rows.map(\.1).joined(separator: "; "))
    }

    private func close(_ target: PartitionTarget) async throws {
        if let record = target.retired {
            try await RetiredLedger(connection).close(record, .attached)
        }
        try await BookkeepingSchema.record(
            connection, runID: retirement.runID, operation: "partition.undo", object: target.relation.quoted,
            detail: target.bound.map(target.table.label) ?? "")
    }
}
