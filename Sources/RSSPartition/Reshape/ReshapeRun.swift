import PostgresClient
import RSSCore
import RSSModel

/// Executes recorded work: copies, catches up, swaps, cleans up. Each step is decided by the phase of the work, and the
/// transaction that does it records the next one.
struct ReshapeRun {
    /// How the work is done.
    struct Manner: Sendable {
        var pace = RowCopy.Pace()
        /// Whether copies are compared with the rows before the swap.
        var verifies = false
        /// With at most that many rows times foreign keys, these are read and checked while the targets are attached.
        var readableUnderLock: Int64 = 50_000
    }

    /// With more than that many entries under the lock, it is released and they are applied before the next try.
    static let tooMany = 1000

    let connection: PostgresConnection
    let lockPolicy: LockPolicy
    let runID: String
    let policy: PartitionPolicy
    let manner: Manner
    let progress: ProgressReporter

    var ledger: ReshapeLedger { ReshapeLedger(connection: connection) }

    /// Does what is left to do.
    ///
    /// - Throws: ``ReshapeError``, ``PartitionError``, `PostgresError`, `CancellationError`.
    func finish(_ begun: ReshapeWork) async throws -> ReshapeWork {
        var work = begun
        try await connection.require(work.objects, ofOwnerOf: work.table)
        // Checked again: the table may have been given an index meanwhile.
        if work.phase == .catchUp { work.phase = .build }
        if work.phase != .swapped, work.phase != .done {
            let table = try await checkedTable(work)
            let capture = try await capture(work)
            if work.phase == .prepare { try await beginCapture(&work, table, capture) }
            try await refuseDamaged(work, capture)
            let tables = try await ReshapeTables(work, table, policy: policy, connection)
            let delta = delta(work, capture)
            if work.phase == .copy { try await copy(&work, table, tables, delta) }
            if work.phase == .build { try await build(&work, table, tables, delta) }
            if work.phase == .catchUp { try await swap(&work, tables, capture, delta) }
        }
        if work.phase == .swapped { try await clearUp(&work) }
        return work
    }

    func capture(_ work: ReshapeWork) async throws -> DeltaCapture {
        try await DeltaCapture(
            work.prefix, sources: work.spec.sources.map(\.relation), identity: work.spec.identity,
            why: "rssctl is moving its rows to other partitions", connection)
    }

    /// The table that sends rows to the targets until they are attached.
    func router(_ work: ReshapeWork) -> RelationName { RelationName(schema: "rssctl", name: work.prefix) }

    private func delta(_ work: ReshapeWork, _ capture: DeltaCapture) -> DeltaApply {
        DeltaApply(
            connection: connection, lockPolicy: lockPolicy, capture: capture, identity: work.spec.identity,
            sources: work.spec.sources.map(\.relation), destination: router(work), columns: work.spec.columns,
            progress: progress)
    }

    /// The table as it is now; what was decided when the work began must still be valid.
    private func checkedTable(_ work: ReshapeWork) async throws -> PartitionedTable {
        let table = try await PartitionCatalog(connection).table(work.table)
        for source in work.spec.sources {
            guard
                let found = table.partitions.first(where: { $0.oid == source.oid }), found.name == source.name,
                found.definition == source.definition, !found.isDetachPending
            else {
                throw ReshapeError.changed(
                    table: work.table.quoted, problem: "\(source.relation.quoted) is no longer the same partition")
            }
        }
        try await refuseUnknownIdentity(work)
        try await refuseChanged(work, oid: table.oid)
        return table
    }

    /// Types and operators of the identity become part of statements: only those of the catalog may.
    private func refuseUnknownIdentity(_ work: ReshapeWork) async throws {
        let columns = work.spec.identity.columns
        for source in work.spec.sources {
            let isKnown = try await connection.query(
                SQLResource(PackageResources.reshape_identity_check_sql).text,
                [source.oid, columns.map(\.name), columns.map(\.type), columns.map(\.equals)]
            ).first?.decode(Bool.self, "is_known")
            guard isKnown == true else {
                throw BookkeepingRowError(
                    "rssctl.partition_work", row: "id \(work.id)",
                    problem: "the columns that identify rows are not those of \(source.relation.quoted)")
            }
        }
    }

    func refuseChanged(_ work: ReshapeWork, oid: Int64) async throws {
        let structure = try await connection.query(
            SQLResource(PackageResources.reshape_structure_sql).text, [oid]
        ).first?.decode(String.self, "structure")
        guard structure == work.spec.structure else {
            throw ReshapeError.changed(table: work.table.quoted, problem: "its columns or constraints have changed")
        }
    }

    /// Another user may have dropped what the work needs.
    private func refuseDamaged(_ work: ReshapeWork, _ capture: DeltaCapture) async throws {
        let whole = try await connection.query(
            """
            SELECT to_regclass($1) IS NOT NULL AND to_regclass($4) IS NOT NULL AND (
                SELECT count(*) FROM pg_trigger WHERE tgrelid = ANY ($2::oid[]) AND NOT tgisinternal AND tgenabled = 'A'
                AND tgname IN ($3::text, $3::text || '_rekey', $3::text || '_truncate')) = 3 * cardinality($2::oid[])
            """, [capture.table, work.spec.sources.map(\.oid), "rssctl_\(work.prefix)", "rssctl.\(work.prefix)"]
        ).first?.decode(Bool.self, at: 0)
        if whole != true {
            throw ReshapeError.changed(table: work.table.quoted, problem: "its changes are no longer captured")
        }
    }

    func locking<T>(
        _ work: ReshapeWork, _ locks: [RelationLock], _ body: () async throws -> T
    ) async throws -> T {
        do {
            return try await lockPolicy.run(on: connection, locks: locks, progress: progress, body)
        } catch let error as LockBudgetSpent {
            throw PartitionError.lockBudgetSpent(
                partition: work.table.quoted, budget: error.budget, blockers: error.blockers)
        }
    }

    /// From here on every change of a row is captured. The trigger waits for transactions that are writing; so
    /// what is not captured is, committed, in the blocks that are counted here.
    private func beginCapture(
        _ work: inout ReshapeWork, _ table: PartitionedTable, _ capture: DeltaCapture
    ) async throws {
        let sources = work.spec.sources.map(\.relation)
        let tables = try await ReshapeTables(work, table, policy: policy, connection)
        let begun = work
        work = try await locking(work, sources.map { RelationLock($0, .shareRowExclusive) }) {
            var work = begun
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                for statement in capture.makes + tables.makes { try await connection.execute(statement) }
                for statement in capture.captures { try await connection.execute(statement) }
                work.spec.copy = try await RowCopy.begin(sources, connection)
                work.phase = .copy
                try await ledger.update(work)
                try await FaultPoint.reach("reshape.capture")
            }
            return work
        }
        try await FaultPoint.reach("reshape.captured")
    }

    private func copy(
        _ work: inout ReshapeWork, _ table: PartitionedTable, _ tables: ReshapeTables, _ delta: DeltaApply
    ) async throws {
        let copy = RowCopy(
            connection: connection, lockPolicy: lockPolicy, sources: work.spec.sources.map(\.relation),
            destination: router(work), columns: work.spec.columns, pace: manner.pace, progress: progress)
        let oids = Set(work.spec.sources.map(\.oid))
        let estimate = table.partitions.filter { oids.contains($0.oid) }.compactMap(\.estimatedRows).reduce(0, +)
        while true {
            do {
                let begun = work
                work.spec.copy = try await copy.run(
                    from: work.spec.copy, estimate: estimate > 0 ? Int64(estimate) : nil
                ) { reached in
                    var work = begun
                    work.spec.copy = reached
                    try await ledger.update(work)
                }
                break
            } catch is SourceRewritten {
                progress(.note("\(work.table.quoted) was rewritten meanwhile: its rows are copied from the start."))
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    try await connection.refuseForeignCode(.filling, in: [tables.router])
                    try await connection.execute("TRUNCATE \(tables.router)")
                    work.spec.copy = try await RowCopy.begin(copy.sources, connection)
                    try await ledger.update(work)
                }
            }
        }
        try await connection.transaction {
            try await connection.refuseForeignCode(.filling, in: [tables.router])
            try await delta.scrub()
            work.phase = .build
            try await ledger.update(work)
            try await FaultPoint.reach("reshape.scrub")
        }
        try await FaultPoint.reach("reshape.scrubbed")
    }

    /// Whatever attaching would otherwise do while all sessions wait.
    private func build(
        _ work: inout ReshapeWork, _ table: PartitionedTable, _ tables: ReshapeTables, _ delta: DeltaApply
    ) async throws {
        progress(.phase("build indexes", total: Int64(tables.targets.count), unit: .steps))
        defer { progress(.finished) }
        for (index, target) in tables.targets.enumerated() {
            for statement in try await tables.indexes(target) {
                try await connection.execute(statement, timeout: LongStatement.wholeTable)
                try await FaultPoint.reach("reshape.index")
            }
            if let statement = try await tables.replicaIdentity(target) { try await connection.execute(statement) }
            progress(.advanced(to: Int64(index + 1), rejected: 0))
        }
        for target in tables.targets {
            try await connection.execute("ANALYZE \(target.aside)", timeout: LongStatement.reading)
        }
        try await connection.refuseForeignCode(.copying, in: [tables.router])
        try await buildKeys(work, table, tables, delta)
        try await connection.transaction {
            for statement in tables.residueChecks {
                try await connection.execute(statement, timeout: LongStatement.reading)
            }
            work.phase = .catchUp
            try await ledger.update(work)
        }
        try await FaultPoint.reach("reshape.built")
    }
}
