import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Takes partitions out of their table for quarantine: nothing is written to them any more, nothing is lost, and they can
/// be attached again. The caller holds the table's lock.
struct PartitionRetirement: Sendable {
    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let observer: ConnectionOptions?
    let progress: ProgressReporter

    /// Takes a partition out; an interrupted retirement is finished.
    ///
    /// - Throws: ``RetireError``, ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    func detach(_ name: RelationName, quarantineDays: Int) async throws {
        let target = try await PartitionTarget.find(name, connection)
        if let partition = target.attached {
            if partition.isDetachPending {
                try await finish(partition.relation, target.table)
            } else {
                try await takeOut(partition, target, quarantineDays)
            }
        }
        try await settle(name, target.table, quarantineDays: quarantineDays)
        progress(.done("Detached \(name.quoted) from \(target.table.relation.quoted)."))
    }

    private func takeOut(_ partition: Partition, _ target: PartitionTarget, _ quarantineDays: Int) async throws {
        let table = target.table
        let references = try await TableReference.to(table.oid, connection)
        try refuse(partition, of: table, references)
        try await refuseReferences(partition, of: table, references)
        let statements = try await DetachStatements(partition: partition, table: table, connection: connection)
        if target.retired?.state != .detaching {
            try await locked(partition.relation, [RelationLock(partition.relation, .accessExclusive)]) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    for statement in statements.beginning { try await connection.execute(statement) }
                    // Otherwise it could neither be dropped nor attached again.
                    try await connection.require(
                        RecordedObjects(relations: [partition.relation]), ofOwnerOf: table.relation)
                    try await begin(partition, table, quarantineDays)
                }
            }
        }
        do {
            try await FaultPoint.reach("retire.begun")
            try await locked(partition.relation) {
                try await lockPolicy.bound(connection, transactionOnly: false)
                try await connection.execute(statements.validation, timeout: LongStatement.reading)
            }
            try await FaultPoint.reach("retire.validated")
            try await leave(partition, table, statements, references)
        } catch {
            await release(partition.relation)
            throw error
        }
        try await FaultPoint.reach("retire.detached")
    }

    /// Lets a partition that could not be taken out accept writes again: it is in use, and the reason for the refusal would be
    /// unknown.
    private func release(_ partition: RelationName) async {
        let short = PartitionRetirement(
            connection: connection, lockPolicy: LockPolicy(timeout: lockPolicy.timeout, budget: .seconds(1)),
            runID: runID, observer: nil, progress: .silent)
        let progress = progress
        // Also in a cancelled task: hence a task of its own.
        await Task {
            do {
                if try await PartitionReturn(retirement: short).release(partition) { return }
                progress(
                    .warning(
                        "\(partition.quoted) is half detached, and its rows are invisible: rssctl partition undo \(partition.quoted.shellWord) reattaches it."
                    ))
            } catch {
                progress(
                    .warning(
                        "\(partition.quoted) still refuses writes; rssctl partition undo \(partition.quoted.shellWord) lifts that."
                    ))
            }
        }.value
    }

    /// Refuses what must stay.
    func refuse(_ partition: Partition, of table: PartitionedTable, _ references: [TableReference]) throws {
        let name = partition.relation.quoted
        if partition.isDefault { throw RetireError.isDefault(name) }
        if partition.isPartitioned { throw RetireError.unaccountable(name, reason: "it is partitioned itself") }
        if partition.isForeign { throw RetireError.unaccountable(name, reason: "it is a foreign table") }
        if references.contains(where: { $0.oid == table.oid }) {
            throw RetireError.unaccountable(name, reason: "its table references itself")
        }
        let others = table.partitions.filter { !$0.isDefault && !$0.isDetachPending && $0.oid != partition.oid }
        if others.isEmpty { throw RetireError.last(name) }
    }

    /// Refuses a partition whose rows are referenced by a foreign key that neither deletes the referencing rows nor sets them
    /// to NULL or a default.
    private func refuseReferences(
        _ partition: Partition, of table: PartitionedTable, _ references: [TableReference]
    ) async throws {
        let guarding = ReferenceGuard(partition: partition.relation, connection: connection)
        for reference in references {
            try await guarding.refuse(reference)
            try await guarding.refuseRetired(of: reference)
        }
        if let registry = try await KeyRegistry.of(table.oid, connection) {
            try await guarding.refuse(through: registry)
        }
    }

    private func begin(_ partition: Partition, _ table: PartitionedTable, _ quarantineDays: Int) async throws {
        try await RetiredLedger(connection).begin(
            partition, of: table, quarantineDays: quarantineDays, runID: runID)
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "partition.retire", object: partition.relation.quoted,
            detail: partition.bound.map(table.label) ?? "")
    }

    private func leave(
        _ partition: Partition, _ table: PartitionedTable, _ statements: DetachStatements,
        _ references: [TableReference]
    ) async throws {
        let way = DetachWay(table, references)
        let list = try await statements.detaching(way, references)
        var locks = [table.relation, partition.relation].map { RelationLock($0, .accessExclusive) }
        locks += references.map { RelationLock($0.relation, .accessExclusive) }
        locks += try await neighbours(table)
        if let other = table.defaultPartition { locks.append(RelationLock(other.relation, .accessExclusive)) }
        if way == .concurrently {
            try await connection.refuseForeignCode(.arranging, in: [table.relation.quoted])
            let detach = ConcurrentDetach(
                partition: partition.relation, table: table.relation, connection: connection, other: observer)
            try await locked(partition.relation, locks) {
                try await connection.execute("SET lock_timeout = 0")
                try await FaultPoint.reach("retire.concurrently")
                try await detach.run { for statement in list { try await connection.execute(statement) } }
            }
            return
        }
        let guarding = ReferenceGuard(partition: partition.relation, connection: connection)
        try await locked(partition.relation, locks) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                try await connection.execute(list[0])
                try await connection.refuseForeignCode(.arranging, in: [table.relation.quoted])
                // No session can reference its rows any more: what was checked before is checked again.
                if way == .swappingKeys {
                    for reference in references { try await guarding.refuse(reference, within: (table.key, partition)) }
                }
                for statement in list.dropFirst() { try await connection.execute(statement) }
                try await FaultPoint.reach("retire.swapped")
            }
        }
    }

    private func neighbours(_ table: PartitionedTable) async throws -> [RelationLock] {
        try await connection.query(SQLResource(PackageResources.partition_neighbours_sql).text, [table.oid]).map {
            row in
            RelationLock(
                RelationName(
                    schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "name")),
                .shareRowExclusive)
        }
    }

    /// Finishes an interrupted detach.
    private func finish(_ partition: RelationName, _ table: PartitionedTable) async throws {
        let finishing = try await ConcurrentDetach(
            partition: partition, table: table.relation, connection: connection
        ).finishing()
        try await locked(partition) {
            try await lockPolicy.bound(connection, transactionOnly: false)
            try await connection.execute(finishing)
        }
    }

    /// Records that a partition is out, once the foreign keys that were dropped for it are valid again for all rows.
    func settle(_ name: RelationName, _ table: PartitionedTable, quarantineDays: Int) async throws {
        let open = try await RetiredLedger(connection).open(of: table).first {
            $0.relation == name && $0.state == .detaching && !$0.isAttached
        }
        guard let open else { return }
        for reference in try await TableReference.to(table.oid, connection)
        where reference.definition.hasSuffix("NOT VALID") {
            let (other, constraint) = (
                try await connection.quote(reference.relation),
                try await connection.quoteIdentifier(reference.constraint)
            )
            try await locked(name) {
                try await lockPolicy.bound(connection, transactionOnly: false)
                try await connection.refuseForeignCode(.arranging, in: [other])
                try await connection.execute(
                    "ALTER TABLE \(other) VALIDATE CONSTRAINT \(constraint)", timeout: LongStatement.wholeTable)
            }
            try await FaultPoint.reach("retire.key")
        }
        try await connection.transaction {
            try await RetiredLedger(connection).quarantine(open, days: quarantineDays)
            try await BookkeepingSchema.record(
                connection, runID: runID, operation: "partition.detach", object: name.quoted,
                detail: table.label(open.bound))
        }
        try await FaultPoint.reach("retire.settled")
    }

    /// Runs work that bounds its own lock waits; names the object that could not be locked.
    func locked(
        _ what: RelationName, _ locks: [RelationLock] = [], _ work: () async throws -> Void
    ) async throws {
        do {
            try await lockPolicy.run(on: connection, locks: locks, progress: progress, work)
        } catch let error as LockBudgetSpent {
            throw PartitionError.lockBudgetSpent(
                partition: what.quoted, budget: error.budget, blockers: error.blockers)
        }
    }
}
