import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Retires partitions, or reattaches them, by their names.
package struct RetirementRun: Sendable {
    private let connection: PostgresConnection
    private let retirement: PartitionRetirement

    /// Makes a run on a session that can hold locks.
    ///
    /// - Parameter observer: how to open a second session, which ends a detach when this one is lost; nil for none.
    package init(
        _ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String, observer: ConnectionOptions? = nil,
        progress: ProgressReporter
    ) {
        self.connection = connection
        retirement = PartitionRetirement(
            connection: connection, lockPolicy: lockPolicy, runID: runID, observer: observer, progress: progress)
    }

    /// A partition that was taken out, or reattached.
    package struct Outcome: Sendable {
        /// The partitioned table.
        package var table: RelationName
        /// The partition.
        package var partition: RelationName
        /// What it holds.
        package var range: String
        /// What is run for it.
        package var statements: [String]
    }

    /// Takes partitions out of their tables, for quarantine.
    ///
    /// - Parameter quarantineDays: how long they are kept at least; nil: as the table's policy says.
    /// - Throws: ``RetireError``, ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func retire(
        _ names: [RelationName], quarantineDays: Int?, isDryRun: Bool
    ) async throws -> [Outcome] {
        var outcomes: [Outcome] = []
        for name in names {
            let target = try await PartitionTarget.find(name, connection)
            guard let partition = target.attached else {
                guard let record = target.retired else { throw ArchiveError.notPartition(name.quoted) }
                throw RetireError.alreadyRetired(
                    name.quoted, dropAfter: String(record.dropAfter.formatted(.iso8601).prefix(10)))
            }
            let references = try await TableReference.to(target.table.oid, connection)
            try retirement.refuse(partition, of: target.table, references)
            let operation = try await RetirementPlanner(connection: connection).detach(
                partition, of: target.table, reason: "")
            outcomes.append(
                Outcome(
                    table: target.table.relation, partition: name, range: operation.range ?? "",
                    statements: operation.statements))
            if isDryRun { continue }
            try await BookkeepingSchema.prepare(connection)
            let policy = try await PolicyStore(connection).policy(of: target.table.relation)
            try await connection.keepingPartitions(of: target.table.relation, changesSchema: true) {
                try await retirement.detach(name, quarantineDays: quarantineDays ?? policy?.quarantineDays ?? 7)
            }
        }
        return outcomes
    }

    /// Reattaches partitions: one by its name, or all retired ones of a table.
    ///
    /// - Throws: ``RetireError``, ``ArchiveError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func undo(_ name: RelationName, isDryRun: Bool) async throws -> [Outcome] {
        let back = PartitionReturn(retirement: retirement)
        var outcomes: [Outcome] = []
        for partition in try await retired(name) {
            let target = try await PartitionTarget.find(partition, connection)
            outcomes.append(
                Outcome(
                    table: target.table.relation, partition: partition,
                    range: target.bound.map(target.table.label) ?? "DEFAULT",
                    statements: try await back.statements(partition)))
            if isDryRun { continue }
            try await BookkeepingSchema.prepare(connection)
            // What lets a partition be written to again is never refused; what attaches one checks for itself.
            try await connection.keepingPartitions(of: target.table.relation, nil, changesSchema: true) {
                try await back.reattach(partition)
            }
        }
        return outcomes
    }

    /// The partitions that a name refers to.
    private func retired(_ name: RelationName) async throws -> [RelationName] {
        if let table = try await table(name) {
            let open = try await RetiredLedger(connection).open(of: table).filter {
                $0.isThere && $0.state != .dropping
            }
            guard !open.isEmpty else { throw RetireError.notRetired(name.quoted) }
            return open.map(\.relation)
        }
        do {
            return [try await PartitionTarget.find(name, connection).relation]
        } catch ArchiveError.notPartition {
            guard let archive = try await RetiredLedger(connection).archiveOfDropped(name) else {
                throw ArchiveError.notPartition(name.quoted)
            }
            throw RetireError.dropped(name.quoted, archive: archive)
        }
    }

    /// The partitioned table of a name; nil for one that is not partitioned.
    private func table(_ name: RelationName) async throws -> PartitionedTable? {
        do {
            return try await PartitionCatalog(connection).table(name)
        } catch PartitionError.notPartitioned {
            return nil
        }
    }
}
