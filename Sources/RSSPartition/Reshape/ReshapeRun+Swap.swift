import PostgresClient
import RSSCore
import RSSModel

extension ReshapeRun {
    /// The last changes, and the exchange of the partitions, in one short transaction.
    func swap(
        _ work: inout ReshapeWork, _ tables: ReshapeTables, _ capture: DeltaCapture, _ delta: DeltaApply
    ) async throws {
        try await delta.catchUp()
        if manner.verifies { try await ReshapeVerification(connection, delta).compare(work.table) }
        let table = try await PartitionCatalog(connection).table(work.table)
        let references = try await foreignKeys(work, table.oid).referenced
        let guards = try await guardRemoval(work).releases
        // Always in this order, so that two runs never deadlock.
        let locked = [work.table] + work.spec.sources.map(\.relation) + references
        let begun = work
        var longest = Duration.zero
        work = try await locking(work, locked.map { RelationLock($0, .accessExclusive) }) {
            while true {
                try await delta.catchUp()
                do {
                    return try await connection.transaction {
                        try await lockPolicy.bound(connection)
                        for name in locked {
                            let only = references.contains(name) ? "" : "ONLY "
                            try await connection.execute(
                                "LOCK TABLE \(only)\(try await connection.quote(name)) IN ACCESS EXCLUSIVE MODE")
                        }
                        try await delta.refuseForeignCode()
                        let began = ContinuousClock.now
                        let swapped = try await swapLocked(begun, table, tables, capture.releases + guards, delta)
                        longest = began.duration(to: .now)
                        return swapped
                    }
                } catch is TooManyChanges {
                    try Task.checkCancellation()
                }
            }
        }
        work.swapTime = longest
        try await FaultPoint.reach("reshape.committed")
    }

    private func swapLocked(
        _ begun: ReshapeWork, _ table: PartitionedTable, _ tables: ReshapeTables, _ releases: [String],
        _ delta: DeltaApply
    ) async throws -> ReshapeWork {
        var work = begun
        try await FaultPoint.reach("reshape.locked")
        guard try await delta.pending(limit: Self.tooMany + 1) <= Self.tooMany else { throw TooManyChanges() }
        try await connection.require(work.objects, ofOwnerOf: work.table)
        try await refuseChanged(work, oid: table.oid)
        try await delta.apply(limit: Self.tooMany)
        if work.spec.copy.rows < 100_000 { try await ReshapeVerification(connection, delta).count(work.table) }
        var withResidue = true
        if let residue = tables.targets.first(where: { $0.spec.bound == nil }), work.spec.dropsEmptyDefault {
            withResidue = try await !connection.query("SELECT FROM \(residue.aside) LIMIT 1").isEmpty
        }
        let statements =
            releases + (try await tables.detaches())
            + (try await tables.attaches(withResidue: withResidue))
        for statement in statements { try await connection.execute(statement) }
        // By which they are identified when they are dropped: a row of rssctl.partition_work alone drops no table.
        for source in work.spec.sources where !work.spec.keepsSources {
            let name = try await connection.quote(source.laterRelation)
            try await connection.execute("COMMENT ON TABLE \(name) IS '\(work.marker)'")
        }
        work.phase = .swapped
        try await ledger.update(work)
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "partition.\(work.kind.rawValue)", object: work.table.quoted,
            detail:
                "\(work.spec.sources.map(\.name).joined(separator: ", ")) into \(work.spec.targets.count) partitions")
        try await FaultPoint.reach("reshape.swapped")
        return work
    }

    /// Drops the helper objects of the work, and the sources, which are no longer read.
    func clearUp(_ work: inout ReshapeWork) async throws {
        let capture = try await capture(work)
        let guards = try await guardRemoval(work)
        let sources = work.spec.sources.map(\.laterRelation)
        let begun = work
        work = try await locking(work, sources.map { RelationLock($0, .accessExclusive) }) {
            var work = begun
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                for source in work.spec.sources where !work.spec.keepsSources {
                    try await lock(source.laterRelation)
                }
                // Enough to prevent their names from being given to others.
                for target in work.spec.targets {
                    try await lock(RelationName(schema: work.table.schema, name: target.name), "ACCESS SHARE")
                }
                try await connection.require(work.objects, ofOwnerOf: work.table)
                for source in work.spec.sources where !work.spec.keepsSources {
                    try await drop(source.laterRelation, ifMarked: work)
                }
                for statement in guards.drops + capture.drops {
                    try await connection.execute(statement)
                }
                try await nameIndexes(work)
                work.phase = .done
                work.isActive = false
                try await ledger.update(work, state: "done")
                try await FaultPoint.reach("reshape.clear")
            }
            return work
        }
        try await FaultPoint.reach("reshape.cleared")
    }

    /// Locks a table that a record names, if it is there.
    private func lock(_ table: RelationName, _ mode: String = "ACCESS EXCLUSIVE") async throws {
        let name = try await connection.quote(table)
        if try await connection.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [name]).isEmpty { return }
        try await connection.execute("LOCK TABLE ONLY \(name) IN \(mode) MODE")
    }

    /// Drops a table that has the work's comment: one that another user created in its place does not have it.
    func drop(_ table: RelationName, ifMarked work: ReshapeWork) async throws {
        let name = try await connection.quote(table)
        let isOurs = try await connection.query(
            "SELECT obj_description(to_regclass($1), 'pg_class') = $2", [name, work.marker]
        ).first?.decode(Bool?.self, at: 0)
        if isOurs == true { try await connection.execute("DROP TABLE \(name)") }
    }

    /// The indexes of a partition that had another name before the swap are named after the one it has now.
    private func nameIndexes(_ work: ReshapeWork) async throws {
        for target in work.spec.targets {
            guard let workName = target.workName else { continue }
            let indexes = try await connection.query(
                """
                SELECT c.relname::text, n.name FROM pg_index i
                JOIN pg_class c ON c.oid = i.indexrelid
                JOIN pg_class t ON t.oid = i.indrelid AND t.relname = $2
                CROSS JOIN LATERAL (SELECT $2 || substr(c.relname, length($3) + 1)) AS n (name)
                JOIN pg_inherits h ON h.inhrelid = t.oid AND h.inhparent = to_regclass($4)
                WHERE t.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1) AND starts_with(c.relname, $3)
                  AND octet_length(n.name) < 64
                  AND NOT EXISTS (SELECT FROM pg_class o WHERE o.relnamespace = c.relnamespace AND o.relname = n.name)
                """, [work.table.schema, target.name, workName, work.table.quoted]
            ).map { try $0.decode(String.self, String.self) }
            for (old, new) in indexes {
                let name = try await connection.quote(RelationName(schema: work.table.schema, name: old))
                try await connection.execute(
                    "ALTER INDEX \(name) RENAME TO \(try await connection.quoteIdentifier(new))")
            }
        }
    }

    /// Undoes what was made before the swap.
    func abort(_ begun: ReshapeWork) async throws {
        guard begun.phase != .swapped, begun.phase != .done else {
            throw ReshapeError.tooLateToAbort(table: begun.table.quoted, kind: begun.kind.rawValue)
        }
        let capture = try await capture(begun)
        // Sources that another user dropped have no triggers left.
        var sources: [RelationName] = []
        for source in begun.spec.sources {
            let name = try await connection.quote(source.relation)
            if try await !connection.query("SELECT 1 WHERE to_regclass($1) IS NOT NULL", [name]).isEmpty {
                sources.append(source.relation)
            }
        }
        let there = try await DeltaCapture(
            begun.prefix, sources: sources, identity: begun.spec.identity, why: "", connection)
        let guards = try await guardRemoval(begun)
        try await locking(begun, (sources + guards.tables).map { RelationLock($0, .accessExclusive) }) {
            try await connection.transaction {
                try await lockPolicy.bound(connection)
                for source in sources { try await lock(source) }
                try await connection.require(begun.objects, ofOwnerOf: begun.table)
                for statement in there.releases + guards.releases { try await connection.execute(statement) }
                // With the targets, which are its partitions.
                try await drop(router(begun), ifMarked: begun)
                for statement in guards.drops + capture.drops {
                    try await connection.execute(statement)
                }
                try await ledger.update(begun, state: "aborted")
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "partition.abort", object: begun.table.quoted,
                    detail: begun.kind.rawValue)
                try await FaultPoint.reach("reshape.abort")
            }
        }
    }
}

/// While waiting for the lock, so many rows changed that applying them would make others wait.
private struct TooManyChanges: Error {}
