import Foundation
import PostgresClient
import RSSCore
import RSSModel

/// What the schema `rssctl` keeps of bulk runs: which file was loaded how, how far a run got, and what is needed to
/// undo it.
struct BulkLedger {
    let connection: PostgresConnection

    /// A run that began to load the same file in the same way, and did not end.
    struct Unfinished {
        let run: String
        let startedAt: Date
        /// The records that are loaded, a range for each batch.
        let done: [ClosedRange<Int>]
        /// The highest number of a batch.
        let lastBatch: Int
        let refused: [Int: RowProblem]
        let counts: LoadCounts
    }

    /// The lock that a run holds on a table in which no constraint keeps two of them from inserting the same rows.
    static func lock(table: String) -> AdvisoryLock { AdvisoryLock("rssctl/bulk/table/\(table)") }

    /// The lock that a run holds while it loads, so that no other continues it meanwhile.
    static func lock(_ run: String) -> AdvisoryLock { AdvisoryLock("rssctl/bulk/\(run)") }

    /// Finds a run that can be continued, and takes its lock.
    func unfinished(digest: String, table: String, settings: String) async throws -> Unfinished? {
        guard
            let row = try await connection.query(
                SQLResource(PackageResources.bulk_resumable_sql).text, [digest, table, settings]
            ).first
        else { return nil }
        let (run, startedAt) = try row.decode(String.self, Date.self)
        do {
            try await connection.acquire(Self.lock(run))
        } catch is AdvisoryLockError {
            return nil
        }
        // It may have ended while its lock was asked for.
        guard try await settled(run) == "loading" else {
            try await connection.release(Self.lock(run))
            return nil
        }
        guard try await isIntact(run, table) else {
            // Every row of the file is compared with the table then, by a run of its own.
            try await stop(run)
            try await connection.release(Self.lock(run))
            return nil
        }
        var done: [ClosedRange<Int>] = []
        var lastBatch = 0
        var refused: [Int: RowProblem] = [:]
        var counts = LoadCounts()
        for row in try await connection.query(
            """
            SELECT number, first_record, last_record, inserted, updated, unchanged, refused::text, deleted
            FROM rssctl.bulk_batch WHERE run_id = $1::uuid ORDER BY number
            """, [run])
        {
            let number = try row.decode(Int32.self, at: 0)
            let (first, last) = (try row.decode(Int64.self, at: 1), try row.decode(Int64.self, at: 2))
            guard first >= 0, first <= last, number >= 0, number < .max else {
                throw BookkeepingRowError(
                    "rssctl.bulk_batch", row: "run \(run), batch \(number)",
                    problem: "records \(first) to \(last) are not a range")
            }
            lastBatch = max(lastBatch, Int(number))
            done.append(Int(first)...Int(last))
            counts.inserted += Int(try row.decode(Int64.self, at: 3))
            counts.updated += Int(try row.decode(Int64.self, at: 4))
            counts.unchanged += Int(try row.decode(Int64.self, at: 5))
            counts.deleted += Int(try row.decode(Int64.self, "deleted"))
            do {
                refused.merge(try Self.refused(try row.decode(String.self, at: 6))) { first, _ in first }
            } catch is DecodingError {
                throw BookkeepingRowError(
                    "rssctl.bulk_batch", row: "run \(run), batch \(number)",
                    problem: "'refused' is not a list of refused rows")
            }
        }
        return Unfinished(
            run: run, startedAt: startedAt, done: done, lastBatch: lastBatch, refused: refused, counts: counts)
    }

    /// Whether all that a run inserted still exists: none of it was deleted, and no undo of it has begun.
    private func isIntact(_ run: String, _ table: String) async throws -> Bool {
        let relation = try await ApplicationTables(connection).name(table)
        return try await connection.query(
            """
            SELECT FROM rssctl.bulk_batch AS b
            WHERE b.run_id = $1::uuid
                AND (EXISTS (SELECT FROM rssctl.bulk_undo AS u WHERE u.run_id = b.run_id AND u.batch = b.number)
                    OR b.inserted > 0 AND b.inserted <> (
                        SELECT count(*) FROM \(relation) AS t WHERE t.id BETWEEN b.first_id AND b.last_id))
            LIMIT 1
            """, [run]
        ).isEmpty
    }

    /// Records that a run is not resumed; it can be undone.
    func stop(_ run: String) async throws {
        try await connection.execute(
            "UPDATE rssctl.bulk_run SET state = 'done', ended_at = clock_timestamp() WHERE run_id = $1::uuid", [run])
    }

    /// Held by each batch of a run (`$1`) until it is committed.
    static let hold = "SELECT FROM rssctl.bulk_run WHERE run_id = $1::uuid FOR KEY SHARE"

    /// The state of a run whose lock is held, once the last batch of a process that was killed is committed or aborted: the
    /// server takes a moment to notice.
    @discardableResult
    func settled(_ run: String) async throws -> String? {
        try await connection.query("SELECT state FROM rssctl.bulk_run WHERE run_id = $1::uuid FOR UPDATE", [run])
            .first?.decode(String.self, at: 0)
    }

    /// Records that a run begins, and takes its lock.
    func begin(_ run: String, _ file: ImportFile, digest: String, settings: String, columns: [ImportColumn])
        async throws
    {
        // Before another session can see the run, and take it for one that was interrupted.
        try await connection.acquire(Self.lock(run))
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_run (run_id, operation, object, table_name, columns, file_name, file_digest, settings, state, undo_until)
            VALUES ($1::uuid, $9, $2, $3, $4, $5, $6, $7, 'loading', now() + make_interval(days => $8))
            """,
            [
                run, file.table.object, file.table.table, columns.map(\.target), file.name, digest, settings,
                Int32(file.options.undoDays), file.options.operation.rawValue,
            ])
    }

    /// Records that a run has ended.
    func end(_ run: String, _ outcome: BulkImporter.Outcome, refused: Int, _ file: ImportFile) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.bulk_run SET state = 'done', ended_at = clock_timestamp(), read = $2, rejected = $3
            WHERE run_id = $1::uuid
            """, [run, Int64(outcome.read), Int64(outcome.rejects.rows + refused)])
        guard outcome.inserted + outcome.updated + outcome.deleted > 0 else { return }
        try await BookkeepingSchema.record(
            connection, runID: run, operation: "bulk.\(file.options.operation.rawValue)", object: file.table.table,
            detail:
                "\(file.name): \(outcome.inserted) inserted, \(outcome.updated) updated, \(outcome.deleted) deleted")
    }

    /// The last run that did the same with the same file.
    func same(digest: String, _ file: ImportFile) async throws -> (run: String, at: Date)? {
        guard try await BookkeepingSchema.found(connection) ?? 0 >= 4 else { return nil }
        return try await connection.query(
            SQLResource(PackageResources.bulk_same_file_sql).text,
            [digest, file.table.table, file.options.operation.rawValue]
        )
        .first.map { row in
            let (run, at) = try row.decode(String.self, Date.self)
            return (run, at)
        }
    }

    /// Records a batch, in the transaction that writes its rows.
    func record(_ batch: BatchRecord, of run: String) async throws {
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_batch (run_id, number, first_record, last_record, first_id, last_id, inserted, updated, unchanged, refused, deleted)
            VALUES ($1::uuid, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, $11)
            """,
            [
                run, batch.number, Int64(batch.records.lowerBound), Int64(batch.records.upperBound), batch.ids.first,
                batch.ids.last, Int64(batch.counts.inserted), Int64(batch.counts.updated),
                Int64(batch.counts.unchanged), try Self.text(batch.refused), Int64(batch.counts.deleted),
            ])
    }

    /// The statement that keeps the rows of a batch as they are before they are changed, and locks them. `$1` is the run, `$2`
    /// the batch. What an undo restored counts as what it was before it was changed.
    ///
    /// - Parameters:
    ///   - plan: the relation whose column `old` names the rows.
    ///   - relation: their table.
    ///   - texts: an expression of the columns that are kept, of a row `t`.
    static func keepBefore(_ plan: String, of relation: String, texts: String) -> String {
        """
        INSERT INTO rssctl.bulk_before (run_id, batch, id, was, texts)
        SELECT $1::uuid, $2, t.id,
            coalesce((
                SELECT b.was FROM rssctl.bulk_undo AS u JOIN rssctl.bulk_before AS b USING (run_id, batch)
                WHERE u.xmin = t.xmin AND b.id = t.id LIMIT 1), t.xmin),
            \(texts)
        FROM \(plan) AS p JOIN \(relation) AS t ON t.id = p.old
        ORDER BY t.id
        FOR UPDATE OF t
        """
    }

    /// Records that a batch, or a part of it, was undone, in the transaction that undoes it.
    ///
    /// - Parameter key: the run, and the number of its batch.
    func recordUndo(
        _ key: [any PostgresEncodable], part: Int32, by undo: String, removed: Int, restored: Int, kept: Int
    ) async throws {
        try await connection.execute(
            """
            INSERT INTO rssctl.bulk_undo (run_id, batch, undo_id, removed, restored, kept, part)
            VALUES ($1::uuid, $2, $3::uuid, $4, $5, $6, $7)
            """, key + [undo, Int64(removed), Int64(restored), Int64(kept), part])
    }

    /// Records that a run was undone; one of which rows were kept can still be undone: by force, or once they have been changed
    /// back.
    func endUndo(of run: String, keepsRows: Bool) async throws {
        try await connection.execute(
            """
            UPDATE rssctl.bulk_run SET state = $2, ended_at = coalesce(ended_at, clock_timestamp())
            WHERE run_id = $1::uuid
            """, [run, keepsRows ? "done" : "undone"])
    }

    /// Removes runs that can no longer be undone.
    func prune() async throws { try await connection.query("SELECT rssctl.prune_bulk()") }

    private struct Refusal: Codable {
        let record: Int
        let code: String
        let column: String?
        let reason: String
    }

    /// Refused rows as JSON.
    private static func text(_ refused: [Int: RowProblem]) throws -> String {
        let refusals = refused.sorted { $0.key < $1.key }.map {
            Refusal(record: $0.key, code: $0.value.code.rawValue, column: $0.value.column, reason: $0.value.reason)
        }
        return String(decoding: try JSONEncoder().encode(refusals), as: UTF8.self)
    }

    private static func refused(_ text: String) throws -> [Int: RowProblem] {
        var refused: [Int: RowProblem] = [:]
        for refusal in try JSONDecoder().decode([Refusal].self, from: Data(text.utf8)) {
            guard let code = RowProblem.Code(rawValue: refusal.code) else { continue }
            refused[refusal.record] = RowProblem(code, column: refusal.column, refusal.reason)
        }
        return refused
    }
}
