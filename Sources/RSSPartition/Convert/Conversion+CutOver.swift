import PostgresClient
import RSSCore
import RSSModel

extension Conversion {
    /// The one transaction that cuts over to the partitioned table.
    func cutOver(
        _ record: inout ConversionRecord, _ outcome: inout ConversionOutcome, _ progress: ProgressReporter
    ) async throws {
        guard let table = try await catalog.table(record.spec.table, column: record.spec.column) else {
            throw ConversionError.noSuchTable(record.spec.table.quoted)
        }
        let spec = record.spec
        let statements = ConversionStatements(connection: connection, spec: spec, oid: table.oid)
        let locks = try await statements.cutoverLocks()
        var changed = record
        var started = ContinuousClock.now
        var tries = 0
        try await step("cut over to the partitioned table", &outcome, progress) {
            try await briefly(spec, locking: locks.map { RelationLock($0, .accessExclusive) }, progress) {
                tries += 1
                let plain = try await statements.table()
                // Keeps the definitions as they are while they are read; blocks other DDL only.
                try await connection.execute("LOCK TABLE \(plain) IN SHARE UPDATE EXCLUSIVE MODE")
                try await connection.refuseForeignCode(.arranging, in: [plain])
                try await connection.query("SELECT set_config('search_path', '', true)")
                try await refuseOtherDraft(spec, statements)
                let work = try await statements.cutover()
                let views = try await catalog.viewLocks(table.oid)
                (changed.spec.renamedIndexes, changed.spec.renamedStatistics) = try await statements.renamed()
                started = .now
                try await take(locks, after: views)
                try await connection.require(changed.spec.objects, ofOwnerOf: spec.table)
                try await FaultPoint.reach("convert.locked")
                try await connection.executeScript(work.joined(separator: ";\n"))
                try await settle(changed)
                try await FaultPoint.reach("convert.taken over")
            }
        }
        outcome.cutoverMilliseconds = started.duration(to: .now) / .milliseconds(1)
        outcome.cutoverTries = tries
        record = changed
        try await FaultPoint.reach("convert.committed")
    }

    /// The draft is like the table up to the moment of the cutover, or there is none.
    private func refuseOtherDraft(_ spec: ConversionSpec, _ statements: ConversionStatements) async throws {
        let mark = try await connection.query(
            "SELECT obj_description(to_regclass($1), 'pg_class')", [spec.relation(spec.draft).quoted]
        ).first?.decode(String?.self, at: 0)
        guard mark == (try await statements.draftMark()) else {
            throw ConversionError.otherConversion(
                table: spec.table.quoted, begun: "its definition was changed just now; run the same command again")
        }
    }

    /// Takes all locks, within twice the time that a single one may take, and not that long for each.
    func take(_ relations: [RelationName], after views: [String]) async throws {
        let limit = Int(lockPolicy.timeout * 2 / .milliseconds(1))
        var names: [String] = []
        for relation in relations { names.append(try await connection.quote(relation)) }
        try await connection.query("SELECT set_config('statement_timeout', $1, true)", ["\(limit)"])
        do {
            // Who reads a view locks it before its tables.
            let locks = views + ["LOCK TABLE \(names.joined(separator: ", ")) IN ACCESS EXCLUSIVE MODE"]
            try await connection.executeScript(locks.joined(separator: ";\n"))
        } catch let error as PostgresError where error.sqlState == .queryCanceled {
            throw PostgresError(.server, error.message, sqlState: .lockNotAvailable, statement: error.statement)
        }
        try await connection.query("SELECT set_config('statement_timeout', '0', true)")
    }

    private func settle(_ record: ConversionRecord) async throws {
        try await record.save(.converted, connection)
        try await PolicyStore(connection).write(record.spec.policy)
        try await BookkeepingSchema.record(
            connection, runID: runID, operation: "partition.convert", object: record.spec.table.quoted,
            detail: "taken over")
    }
}
