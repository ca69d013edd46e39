import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// Undoes a bulk run, batch by batch, the last one first: rows that it inserted are removed, rows that it changed or deleted are
/// restored as they were.
///
/// A row is as the run left it when its `xmin` is that of the batch's row in the ledger. One that was changed since is kept
/// and listed, unless force is used.
package struct RunUndo: Sendable {
    /// What is done, or would be.
    package struct Outcome: Sendable, Equatable {
        /// The run that is undone.
        package var run = ""
        /// Its file.
        package var file = ""
        /// Its table.
        package var table = ""
        /// Rows that it inserted and that are removed.
        package var removed = 0
        /// Rows that are as they were before.
        package var restored = 0
        /// Rows that were changed since and are kept as they are.
        package var kept: [Kept] = []
        /// How many of those there are; at most a hundred are listed.
        package var keptCount = 0
        /// How many of those force would undo.
        package var forceable = 0
        /// The statements for a batch.
        package var statements: [String] = []
    }

    /// A row that is left as it is.
    package struct Kept: Sendable, Equatable, Encodable {
        /// Its id.
        package let id: UUID
        /// Why.
        package let reason: String
    }

    /// The most rows that are listed.
    static let listed = 100

    let connection: PostgresConnection
    let runID: String
    let progress: ProgressReporter

    /// Makes it, on a session that is not used for anything else meanwhile.
    package init(_ connection: PostgresConnection, runID: String, progress: ProgressReporter) {
        self.connection = connection
        self.runID = runID
        self.progress = progress
    }

    /// Undoes a run. What was done before an interruption stays done, and the next call resumes after it.
    ///
    /// - Parameters:
    ///   - name: the id of the run, or its beginning; `last` for the newest of the session's role.
    ///   - author: the role that wrote the run, where it is not the session's.
    ///   - force: undo changes to rows too that were changed since.
    /// - Throws: ``RunUndoError``, `PostgresError`, `CancellationError`.
    package func run(
        _ name: String, author: String? = nil, force: Bool = false, isDryRun: Bool = false
    ) async throws -> Outcome {
        guard let format = try await BookkeepingSchema.found(connection), format >= 4 else {
            throw RunUndoError.unknown(name)
        }
        if !isDryRun {
            try await BookkeepingSchema.prepare(connection)
        } else if format < BookkeepingSchema.format {
            throw BookkeepingOutdated(found: format)
        }
        let run = try await UndoRun.find(name, author: author, force: force, connection)
        let table = run.table.table
        try await connection.refuseOtherThanTable(run.relation)
        try await connection.refuseForeignCode(.writing, in: [run.relation])
        do {
            try await connection.acquire(BulkLedger.lock(run.id))
        } catch let error as AdvisoryLockError {
            throw RunUndoError.running(run.id, holder: error.holder)
        }
        if !isDryRun { try await BulkLedger(connection: connection).settled(run.id) }
        var outcome = Outcome(run: run.id, file: run.file, table: table)
        let statements = UndoStatements(table: run.relation, columns: try await columns(run))
        outcome.statements = [
            statements.remove(force), statements.restoreRows(force), statements.insertBack + UndoStatements.unlessTaken,
        ]
        let batches = try await connection.query(
            """
            SELECT number, first_id, last_id, inserted, updated, deleted, first_record, last_record
            FROM rssctl.bulk_batch AS b
            WHERE run_id = $1::uuid AND NOT EXISTS (
                SELECT FROM rssctl.bulk_undo AS u WHERE u.run_id = b.run_id AND u.batch = b.number AND u.part = 0 AND u.kept = 0)
            ORDER BY number DESC
            """, [run.id]
        ).map { row in
            try UndoBatch(
                run: run.id, number: try row.decode(Int32.self, "number"),
                records: (
                    try row.decode(Int64.self, "first_record"), try row.decode(Int64.self, "last_record")
                ), ids: (try row.decode(UUID?.self, "first_id"), try row.decode(UUID?.self, "last_id")),
                inserted: try row.decode(Int64.self, "inserted"), updated: try row.decode(Int64.self, "updated"),
                deleted: try row.decode(Int64.self, "deleted"))
        }
        do {
            try await run.refuseUnentitled(batches, connection)
        } catch {
            try await connection.release(BulkLedger.lock(run.id))
            throw error
        }
        let total = batches.reduce(Int64(0)) { $0 + $1.rows }
        try await progress.phase(isDryRun ? "look" : "undo", total: total, unit: .rows) {
            var done: Int64 = 0
            for batch in batches {
                try Task.checkCancellation()
                try await undo(batch, run, statements, force: force, isDryRun: isDryRun, &outcome)
                done += batch.rows
                progress(.advanced(to: done, rejected: Int64(outcome.keptCount)))
            }
        }
        if !isDryRun {
            try await connection.transaction {
                try await BulkLedger(connection: connection).endUndo(of: run.id, keepsRows: outcome.keptCount > 0)
                try await BookkeepingSchema.record(
                    connection, runID: runID, operation: "bulk.undo", object: table,
                    detail:
                        "\(run.id), \(run.file): \(outcome.removed) removed, \(outcome.restored) restored, \(outcome.keptCount) kept"
                )
            }
        }
        try await connection.release(BulkLedger.lock(run.id))
        return outcome
    }

    /// The columns that can be written, of those that the table has now.
    /// A column that was added since was not kept, and stays as it is.
    private func columns(_ run: UndoRun) async throws -> [KeptColumn] {
        let all = try await KeptColumn.all(of: run.relation, connection)
        let kept = try await connection.query(
            """
            SELECT jsonb_object_keys(one.row) FROM (
                SELECT coalesce(f.texts, f.before) AS row
                FROM rssctl.bulk_before AS f JOIN rssctl.bulk_batch AS b ON b.run_id = f.run_id AND b.number = f.batch
                WHERE f.run_id = $1::uuid AND f.xmin = b.xmin AND jsonb_typeof(coalesce(f.texts, f.before)) = 'object'
                LIMIT 1
            ) AS one
            """, [run.id]
        ).map { try $0.decode(String.self, at: 0) }
        return kept.isEmpty ? all : all.filter { kept.contains($0.plain) }
    }

    private func undo(
        _ batch: UndoBatch, _ run: UndoRun, _ statements: UndoStatements, force: Bool, isDryRun: Bool,
        _ outcome: inout Outcome
    ) async throws {
        let key: [any PostgresEncodable] = [run.id, batch.number]
        var found = Found()
        if isDryRun {
            found = try await look(at: batch, key, statements, force: force)
        } else {
            do {
                found = try await change(batch, key, statements, force: force, inParts: false)
            } catch let error as PostgresError where BatchWriter.isOfOneRow(error) {
                // One of the rows cannot be restored; the others can.
                found = try await change(batch, key, statements, force: force, inParts: true)
            }
        }
        outcome.removed += found.removed
        outcome.restored += found.restored
        outcome.keptCount += found.keptCount
        outcome.forceable += run.isOwn ? found.forceable : 0
        outcome.kept += found.kept.prefix(max(0, Self.listed - outcome.kept.count))
    }

    private struct Found {
        var removed = 0
        var restored = 0
        var kept: [Kept] = []
        var keptCount = 0
        var forceable = 0
    }

    /// What undoing a batch would do. Locks nothing.
    private func look(
        at batch: UndoBatch, _ key: [any PostgresEncodable], _ statements: UndoStatements, force: Bool
    ) async throws -> Found {
        var found = Found()
        if let ids = batch.ids {
            let (there, untouched) = try await count(statements.countInserted, key + [ids.first, ids.last])
            // Those that were deleted meanwhile need no undo.
            found.removed = force ? there : untouched
            if there > untouched, !force {
                found.keptCount += there - untouched
                found.forceable += there - untouched
                for row in try await connection.query(statements.changedInserted, key + [ids.first, ids.last]) {
                    found.kept.append(
                        Kept(id: try row.decode(UUID.self, at: 0), reason: "changed since it was inserted"))
                }
            }
        }
        if batch.updated > 0 {
            var (left, there, untouched) = (0, 0, 0)
            if let row = try await connection.query(statements.countUpdated, key).first {
                let counts = try row.decode(Int64.self, Int64.self, Int64.self)
                (left, there, untouched) = (Int(counts.0), Int(counts.1), Int(counts.2))
            }
            found.restored += force ? there : untouched
            found.forceable += force ? 0 : there - untouched
            if left > (force ? there : untouched) {
                found.keptCount += left - (force ? there : untouched)
                for row in try await connection.query(statements.changedUpdated, key) {
                    let (id, isThere) = try row.decode(UUID.self, Bool.self)
                    if force, isThere { continue }
                    let reason = isThere ? "changed since it was updated" : "deleted since it was updated"
                    found.kept.append(Kept(id: id, reason: reason))
                }
            }
        }
        if batch.deleted > 0 {
            found.restored += Int(
                try await connection.query(statements.countDeleted, key).first?.decode(Int64.self, at: 0) ?? 0)
        }
        if batch.updated + batch.deleted > 0 {
            for row in try await connection.query(statements.foreign, key) {
                found.keptCount += 1
                guard found.kept.count < Self.listed else { continue }
                found.kept.append(
                    Kept(id: try row.decode(UUID.self, at: 0), reason: "its record was written outside the run"))
            }
        }
        return found
    }

    /// Undoes a batch, in one transaction.
    ///
    /// - Parameter inParts: restore rows part by part, each in a subtransaction, so that one that cannot be is kept alone.
    private func change(
        _ batch: UndoBatch, _ key: [any PostgresEncodable], _ statements: UndoStatements, force: Bool, inParts: Bool
    ) async throws -> Found {
        try await connection.transaction {
            // A session that holds one of the rows is waited for, up to a limit.
            try await connection.execute("SET LOCAL lock_timeout = '30s'")
            try await connection.refuseForeignCode(.writing, in: [statements.table])
            var found = try await look(at: batch, key, statements, force: force)
            let (removable, restorable) = (found.removed, found.restored)
            (found.removed, found.restored) = (0, 0)
            var refused: [Kept] = []
            if let ids = batch.ids, inParts {
                // A row that another one references is kept, and the others are removed.
                let all = try await connection.query(statements.removable(force), key + [ids.first, ids.last])
                    .map { try $0.decode(UUID.self, at: 0) }
                var part = Int32(0)
                found.removed = try await restore(
                    all[...], statements.removeSome(force), key, &part, &refused, reason: "cannot be removed")
            } else if let ids = batch.ids {
                found.removed = try await connection.execute(statements.remove(force), key + [ids.first, ids.last])
            }
            let update = (statements.restoreRows(force), ending: "")
            let insert = (statements.insertBack, ending: UndoStatements.unlessTaken)
            for (statement, ending) in (batch.updated > 0 ? [update] : []) + (batch.deleted > 0 ? [insert] : []) {
                if inParts {
                    found.restored += try await restoreInParts(statement, ending, key, statements, &refused)
                } else {
                    found.restored += try await connection.execute(statement + ending, key)
                }
            }
            if batch.deleted > 0 {
                for row in try await connection.query(statements.missing, key) {
                    let id = try row.decode(UUID.self, at: 0)
                    guard !refused.contains(where: { $0.id == id }) else { continue }
                    found.kept.append(Kept(id: id, reason: "another row now has its key"))
                }
            }
            found.kept += refused
            found.keptCount += max(0, restorable - found.restored) + max(0, removable - found.removed)
            try await record(key, part: 0, removed: found.removed, restored: found.restored, kept: found.keptCount)
            try await FaultPoint.reach("bulk.undone")
            return found
        }
    }

    private func record(
        _ key: [any PostgresEncodable], part: Int32, removed: Int, restored: Int, kept: Int
    ) async throws {
        try await BulkLedger(connection: connection).recordUndo(
            key, part: part, by: runID, removed: removed, restored: restored, kept: kept)
    }

    /// - Parameter ending: what follows the condition on the rows.
    /// - Returns: how many were restored.
    private func restoreInParts(
        _ statement: String, _ ending: String, _ key: [any PostgresEncodable], _ statements: UndoStatements,
        _ refused: inout [Kept]
    ) async throws -> Int {
        var left = try await connection.query(statements.ids, key).map { try $0.decode(UUID.self, at: 0) }
        var (restored, part) = (0, Int32(0))
        // A row may need a value that another one has until it is restored itself.
        while true {
            var failed: [Kept] = []
            let done = try await restore(left[...], statement + UndoStatements.someRows + ending, key, &part, &failed)
            restored += done
            guard done > 0, !failed.isEmpty else {
                refused += failed
                return restored
            }
            left = failed.map(\.id)
        }
    }

    private func restore(
        _ ids: ArraySlice<UUID>, _ statement: String, _ key: [any PostgresEncodable], _ part: inout Int32,
        _ failed: inout [Kept], reason: String = "cannot be restored"
    ) async throws -> Int {
        guard !ids.isEmpty else { return 0 }
        do {
            return try await connection.savepoint {
                let restored = try await connection.execute(statement, key + [Array(ids)])
                part += 1
                // What was deleted needs no record by which it is recognized.
                if restored > 0, reason == "cannot be restored" {
                    try await record(key, part: part, removed: 0, restored: restored, kept: 0)
                }
                return restored
            }
        } catch let error as PostgresError where BatchWriter.isOfOneRow(error) {
            guard ids.count > 1 else {
                failed += ids.map { Kept(id: $0, reason: "\(reason): \(error.message)") }
                return 0
            }
            let middle = ids.startIndex + ids.count / 2
            return try await restore(ids[..<middle], statement, key, &part, &failed, reason: reason)
                + restore(ids[middle...], statement, key, &part, &failed, reason: reason)
        }
    }

    private func count(_ sql: String, _ parameters: [any PostgresEncodable]) async throws -> (
        there: Int, untouched: Int
    ) {
        guard let row = try await connection.query(sql, parameters).first else { return (0, 0) }
        let (there, untouched) = try row.decode(Int64.self, Int64.self)
        return (Int(there), Int(untouched))
    }
}
