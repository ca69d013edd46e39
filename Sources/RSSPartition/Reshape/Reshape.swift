import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Replaces partitions by others without blocking readers and writers: no row is ever invisible, and no write is lost.
///
/// The rows are copied into separate tables, changes meanwhile are captured by triggers and applied afterwards, and in one
/// short transaction the old partitions are detached and the new ones attached. Interrupted at any point, the same call
/// resumes it; until that transaction, ``abort(_:progress:)`` cancels it.
package struct Reshape: Sendable {
    /// How it is done.
    package struct Options: Sendable {
        /// How much one partition is to hold; the policy's interval for a drain when nil.
        package var interval: PartitionInterval?
        /// Whether a drain takes the cells far from now as well.
        package var takesAll = false
        /// The partitions that a drain makes; all that have rows when nil.
        package var cells: [(name: String, bound: Partition.Bound)]?
        /// Whether a default partition that is empty afterwards is dropped.
        package var dropsEmptyDefault = false
        /// Whether the old partitions are kept as tables of their own.
        package var keepsSources = false
        /// Whether all copies are compared with the rows before the swap.
        package var verifies = false
        /// Most rows of one transaction, about.
        package var batch = 20_000
        /// How long to pause between two.
        package var pause = Duration.zero
        /// The time that counts as now.
        package var at: Date
        /// Only shows what would be done.
        package var isDryRun = false
        /// With at most that many rows times foreign keys, these are read and checked while the partitions are attached.
        var readableUnderLock: Int64 = 50_000

        /// Makes options for a time.
        package init(at: Date) { self.at = at }
    }

    private let connection: PostgresConnection
    private let lockPolicy: LockPolicy
    private let runID: String

    /// Works on a session that can hold locks.
    package init(_ connection: PostgresConnection, lockPolicy: LockPolicy, runID: String) {
        self.connection = connection
        self.lockPolicy = lockPolicy
        self.runID = runID
    }

    private var ledger: ReshapeLedger { ReshapeLedger(connection: connection) }

    /// Moves the rows of a table's default partition into partitions of their own.
    ///
    /// - Throws: ``ReshapeError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func drain(
        _ name: RelationName, _ options: Options, progress: ProgressReporter
    ) async throws -> ReshapeOutcome {
        try await exclusively(name, options) {
            if let work = try await active(.drain, on: name, request: options.interval?.description, nil) {
                return try await finish(work, options, progress, isResumed: true)
            }
            let table = try await PartitionCatalog(connection).table(name)
            guard let source = table.defaultPartition else {
                throw ReshapeError.notFor(
                    partition: name.quoted, problem: "it has no default partition",
                    hint: "rssctl partition status \(name.quoted.shellWord)")
            }
            // Its rows are in its own partitions: read alone, it would look empty.
            if source.isPartitioned || source.isForeign {
                throw ReshapeError.notFor(
                    partition: source.relation.quoted,
                    problem: source.isForeign
                        ? "the default partition is a foreign table" : "the default partition is partitioned itself",
                    hint: "Move its rows by hand, or detach it and attach a plain table as DEFAULT.")
            }
            let policy = try await policy(table, options)
            let planner = ReshapePlanner(connection: connection, table: table)
            var (wanted, left) = ([ReshapePlanner.Wanted](), ReshapePlanner.Left())
            if let cells = options.cells {
                wanted = cells.map { .init(name: $0.name, bound: $0.bound) }
            } else {
                (wanted, left) = try await planner.cells(policy, all: options.takesAll, at: options.at)
            }
            let isEmpty = wanted.isEmpty && left.rows == 0 && left.withoutPoint == 0
            if wanted.isEmpty, !(isEmpty && options.dropsEmptyDefault) {
                return ReshapeOutcome(kind: "drain", table: name, state: .nothing, left: left)
            }
            let spec = try await planner.spec(
                [source], into: wanted, withResidue: true, request: policy.interval.description,
                keepsSources: options.keepsSources, dropsEmptyDefault: options.dropsEmptyDefault)
            return try await begin(.drain, table, spec, options, progress, left: left)
        }
    }

    /// Replaces one partition by several.
    ///
    /// - Throws: ``ReshapeError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func split(
        _ partition: RelationName, _ options: Options, progress: ProgressReporter
    ) async throws -> ReshapeOutcome {
        let (name, done) = try await table(of: [partition], .split)
        return try await exclusively(name, options) {
            if let done { return ReshapeOutcome(done, nil, state: .done, isResumed: true) }
            if let work = try await active(
                .split, on: name, request: options.interval?.description, [partition])
            {
                return try await finish(work, options, progress, isResumed: true)
            }
            let table = try await PartitionCatalog(connection).table(name)
            let source = try found(partition, table, "partition drain \(name.quoted)")
            let policy = try await policy(table, options)
            let planner = ReshapePlanner(connection: connection, table: table)
            let parts = try await planner.parts(of: source, policy, at: options.at)
            guard parts.count > 1 else {
                throw ReshapeError.notFor(
                    partition: partition.quoted, problem: "it is no longer than one \(policy.interval)",
                    hint: "Choose a shorter interval with --into.")
            }
            let spec = try await planner.spec(
                [source], into: parts, withResidue: false, request: policy.interval.description,
                keepsSources: options.keepsSources, dropsEmptyDefault: false)
            return try await begin(.split, table, spec, options, progress)
        }
    }

    /// Replaces several adjacent partitions by one.
    ///
    /// - Throws: ``ReshapeError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    package func merge(
        _ partitions: [RelationName], _ options: Options, progress: ProgressReporter
    ) async throws -> ReshapeOutcome {
        let (name, done) = try await table(of: partitions, .merge)
        return try await exclusively(name, options) {
            if let done { return ReshapeOutcome(done, nil, state: .done, isResumed: true) }
            if let work = try await active(.merge, on: name, request: nil, partitions) {
                return try await finish(work, options, progress, isResumed: true)
            }
            let table = try await PartitionCatalog(connection).table(name)
            let sources = try partitions.map { try found($0, table, "partition drain \(name.quoted)") }.sorted {
                ($0.bound?.lower ?? .min) < ($1.bound?.lower ?? .min)
            }
            let planner = ReshapePlanner(connection: connection, table: table)
            let policy = try await ownPolicy(table)
            guard sources.count > 1, let whole = try await planner.whole(of: sources, policy) else {
                throw ReshapeError.notFor(
                    partition: partitions.map(\.quoted).joined(separator: ", "),
                    problem: "they are not adjacent", hint: "rssctl partition status \(name.quoted.shellWord)")
            }
            let spec = try await planner.spec(
                sources, into: [whole], withResidue: false, request: "", keepsSources: options.keepsSources,
                dropsEmptyDefault: false)
            return try await begin(.merge, table, spec, options, progress)
        }
    }

    /// Cancels the work in progress on a table, or on the table of a partition, as long as nothing of it is in use.
    ///
    /// - Throws: ``ReshapeError``, `PostgresError`, `CancellationError`.
    package func abort(
        _ name: RelationName, isDryRun: Bool = false, progress: ProgressReporter
    ) async throws -> ReshapeOutcome {
        func aborting() async throws -> ReshapeOutcome {
            guard let work = try await ledger.active(on: name) else {
                throw ReshapeError.nothingToAbort(table: name.quoted)
            }
            let run = ReshapeRun(
                connection: connection, lockPolicy: lockPolicy, runID: runID,
                policy: PartitionPolicy(table: name, column: ""), manner: .init(), progress: progress)
            if !isDryRun {
                try await run.abort(work)
            } else if work.phase == .swapped {
                throw ReshapeError.tooLateToAbort(table: name.quoted, kind: work.kind.rawValue)
            }
            return ReshapeOutcome(work, nil, state: isDryRun ? .wouldAbort : .aborted)
        }
        return isDryRun ? try await aborting() : try await exclusively(name, nil, aborting)
    }

    private func exclusively(
        _ table: RelationName, _ options: Options, _ body: () async throws -> ReshapeOutcome
    ) async throws -> ReshapeOutcome {
        guard options.isDryRun else { return try await exclusively(table, .copying, body) }
        try await connection.refuseForeignCode(.copying, in: [table.quoted])
        return try await body()
    }

    private func exclusively(
        _ table: RelationName, _ use: ForeignCode.Use?, _ body: () async throws -> ReshapeOutcome
    ) async throws -> ReshapeOutcome {
        try await connection.keepingPartitions(of: table, use) { try await body() }
    }

    /// The table of partitions; of those that are no longer attached, the work that replaced them.
    private func table(
        of partitions: [RelationName], _ kind: ReshapeWork.Kind
    ) async throws -> (RelationName, done: ReshapeWork?) {
        var parents: Set<RelationName> = []
        for partition in partitions {
            if let parent = try await PartitionCatalog(connection).parent(of: partition) {
                parents.insert(parent)
            } else if let work = try await ledger.latest(kind, of: partition),
                Set(work.spec.sources.map(\.relation)) == Set(partitions)
            {
                return (work.table, work.isActive ? nil : work)
            } else {
                throw ReshapeError.notFor(
                    partition: partition.quoted, problem: "it is not a partition",
                    hint: try await PartitionCatalog(connection).hint(forPartition: partition))
            }
        }
        guard parents.count == 1, let parent = parents.first else {
            throw ReshapeError.notFor(
                partition: partitions.map(\.quoted).joined(separator: ", "),
                problem: "they are partitions of different tables", hint: "Name partitions of one table.")
        }
        return (parent, nil)
    }

    private func found(_ name: RelationName, _ table: PartitionedTable, _ drain: String) throws -> Partition {
        guard let partition = table.partitions.first(where: { $0.relation == name }), !partition.isDetachPending else {
            throw ReshapeError.notFor(
                partition: name.quoted, problem: "it is not a complete partition of \(table.relation.quoted)",
                hint: "rssctl partition status \(table.relation.quoted.shellWord)")
        }
        if partition.isPartitioned || partition.isForeign {
            throw ReshapeError.notFor(
                partition: name.quoted,
                problem: partition.isForeign ? "it is a foreign table" : "it is partitioned itself",
                hint: "Move its rows by hand: they are stored in other tables.")
        }
        if partition.isDefault {
            throw ReshapeError.notFor(
                partition: name.quoted, problem: "it is the default partition", hint: "rssctl \(drain)")
        }
        return partition
    }

    /// The work in progress on the table, if it is what is requested.
    private func active(
        _ kind: ReshapeWork.Kind, on table: RelationName, request: String?, _ sources: [RelationName]?
    ) async throws -> ReshapeWork? {
        guard let work = try await ledger.active(on: table) else { return nil }
        guard work.kind == kind, sources.map({ Set($0) == Set(work.spec.sources.map(\.relation)) }) ?? true else {
            throw ReshapeError.otherWork(table: table.quoted, kind: work.kind.rawValue)
        }
        guard request == nil || request == work.spec.request else {
            throw ReshapeError.otherRequest(table: table.quoted, kind: kind.rawValue, request: work.spec.request)
        }
        return work
    }

    /// How new partitions are made, where it does not matter how much one holds.
    private func ownPolicy(_ table: PartitionedTable) async throws -> PartitionPolicy {
        try await PolicyStore(connection).policy(of: table.relation)
            ?? PartitionPolicy(table: table.relation, column: table.key.column)
    }

    private func policy(_ table: PartitionedTable, _ options: Options) async throws -> PartitionPolicy {
        var policy = try await PolicyStore(connection).policy(of: table.relation)
        if policy == nil, options.interval != nil || options.cells != nil || table.key.kind == .date {
            policy =
                PartitionPolicy.implied(by: table, premake: 3)
                ?? PartitionPolicy(table: table.relation, column: table.key.column)
        }
        guard var policy else { throw PartitionError.noPolicy(table.relation.quoted) }
        if let interval = options.interval { policy.interval = interval }
        if options.cells == nil { try policy.refuseMisfit(table) }
        return policy
    }

    private func begin(
        _ kind: ReshapeWork.Kind, _ table: PartitionedTable, _ spec: ReshapeSpec, _ options: Options,
        _ progress: ProgressReporter, left: ReshapePlanner.Left? = nil
    ) async throws -> ReshapeOutcome {
        if options.isDryRun {
            let work = ReshapeWork(
                id: try await ledger.nextID(), kind: kind, table: table.relation, spec: spec, phase: .prepare,
                isActive: true)
            var outcome = ReshapeOutcome(work, table, state: .wouldDo, left: left)
            outcome.statements = try await run(ownPolicy(table), options, progress).preview(work, table)
            return outcome
        }
        // Work that is recorded and then refused would prevent other work from being started.
        try await connection.require(spec.objects(in: table.schema), ofOwnerOf: table.relation)
        try await BookkeepingSchema.prepare(connection)
        let work = try await connection.transaction {
            try await ledger.begin(kind, table.relation, spec, runID: runID)
        }
        try await FaultPoint.reach("reshape.recorded")
        return try await finish(work, options, progress, left: left)
    }

    private func run(
        _ policy: PartitionPolicy, _ options: Options, _ progress: ProgressReporter
    ) -> ReshapeRun {
        ReshapeRun(
            connection: connection, lockPolicy: lockPolicy, runID: runID, policy: policy,
            manner: ReshapeRun.Manner(
                pace: RowCopy.Pace(rows: options.batch, pause: options.pause), verifies: options.verifies,
                readableUnderLock: options.readableUnderLock),
            progress: progress)
    }

    private func finish(
        _ work: ReshapeWork, _ options: Options, _ progress: ProgressReporter, left: ReshapePlanner.Left? = nil,
        isResumed: Bool = false
    ) async throws -> ReshapeOutcome {
        let table = try await PartitionCatalog(connection).table(work.table)
        if options.isDryRun {
            var outcome = ReshapeOutcome(work, table, state: .wouldDo, isResumed: true)
            outcome.statements = try await run(ownPolicy(table), options, progress).preview(work, table)
            return outcome
        }
        if isResumed {
            progress(.note("Resuming the interrupted \(work.kind.rawValue) in phase \(work.phase.rawValue)."))
        }
        let done = try await run(ownPolicy(table), options, progress).finish(work)
        progress(
            .done(
                "\(work.kind.rawValue) of \(work.table.quoted): \(work.spec.sources.map(\.name).joined(separator: ", "))."
            ))
        return ReshapeOutcome(
            done, try await PartitionCatalog(connection).table(work.table), state: .done, left: left,
            isResumed: isResumed)
    }
}
