/// The SQL that undoes a batch. `$1` is the run, `$2` the batch.
///
/// A row of the ledger counts only where the batch's own transaction wrote it: with the same `xmin` as the batch's row.
struct UndoStatements: Sendable {
    /// The table, as SQL takes it: the program's own name for it, never one that the ledger has.
    let table: String
    /// The columns that can be written, of those that were kept.
    let columns: [KeptColumn]

    private var list: String { columns.map(\.name).joined(separator: ", ") }

    /// Of some rows alone: those of `$3`.
    static let someRows = " AND f.id = ANY ($3)"

    /// Whether a row is as the batch left it: written by its transaction, or restored by the undo of a later run to what it
    /// was then.
    private let isUntouched = """
        (t.xmin = b.xmin OR EXISTS (
            SELECT FROM rssctl.bulk_undo AS u JOIN rssctl.bulk_before AS later USING (run_id, batch)
            WHERE u.xmin = t.xmin AND later.id = t.id AND later.was = b.xmin))
        """

    /// Removes the rows that the batch inserted: all ids from `$3` to `$4` are its own, as ``UndoBatch`` made sure.
    func remove(_ force: Bool) -> String {
        """
        DELETE FROM \(table) AS t USING rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN $3 AND $4\(force ? "" : " AND \(isUntouched)")
        """
    }

    /// Removes some of them: those of `$3`.
    func removeSome(_ force: Bool) -> String {
        """
        DELETE FROM \(table) AS t USING rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN b.first_id AND b.last_id\(force ? "" : " AND \(isUntouched)")
            AND t.id = ANY ($3)
        """
    }

    /// Those that would be removed.
    func removable(_ force: Bool) -> String {
        """
        SELECT t.id FROM \(table) AS t, rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN $3 AND $4\(force ? "" : " AND \(isUntouched)")
        ORDER BY t.id
        """
    }

    /// How many of the rows that the batch inserted exist, and how many of them as it left them.
    var countInserted: String {
        """
        SELECT count(*), count(*) FILTER (WHERE \(isUntouched)) FROM \(table) AS t, rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN $3 AND $4
        """
    }

    /// Those that were changed since.
    var changedInserted: String {
        """
        SELECT t.id FROM \(table) AS t, rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN $3 AND $4 AND NOT \(isUntouched)
        ORDER BY t.id LIMIT \(RunUndo.listed)
        """
    }

    /// Restores the values of the rows that the batch changed.
    func restoreRows(_ force: Bool) -> String {
        let changes = columns.filter { $0.plain != "id" && !$0.isIdentity }
        return """
            UPDATE \(table) AS t SET (\(changes.map(\.name).joined(separator: ", ")))
                = ROW(\(changes.map(\.value).joined(separator: ", ")))
            FROM \(kept), \(KeptColumn.record(columns))
            WHERE \(ofBatch) AND t.id = f.id\(force ? "" : " AND \(isUntouched)")\(isLeft)
            """
    }

    /// The rows as they were kept.
    private let kept =
        "rssctl.bulk_before AS f JOIN rssctl.bulk_batch AS b ON b.run_id = f.run_id AND b.number = f.batch"

    /// Those of the batch.
    private let ofBatch = "f.run_id = $1::uuid AND f.batch = $2 AND f.xmin = b.xmin"

    /// Whether an earlier undo of the batch has not restored a row.
    private let isLeft = """
         AND NOT EXISTS (
            SELECT FROM rssctl.bulk_undo AS own WHERE own.run_id = f.run_id AND own.batch = f.batch AND own.xmin = t.xmin)
        """

    /// How many of the rows that the batch changed were not restored yet, how many of them exist, and how many as it left
    /// them.
    var countUpdated: String {
        """
        SELECT count(*), count(t.id), count(*) FILTER (WHERE \(isUntouched)) \(updated)
        """
    }

    /// Those that were changed or deleted since, and whether they exist.
    var changedUpdated: String {
        """
        SELECT f.id, t.id IS NOT NULL \(updated) AND (t.id IS NULL OR NOT \(isUntouched))
        ORDER BY f.id LIMIT \(RunUndo.listed)
        """
    }

    private var updated: String {
        """
        FROM \(kept)
        LEFT JOIN \(table) AS t ON t.id = f.id
        WHERE \(ofBatch)\(isLeft)
        """
    }

    /// Those that the batch changed, in the order in which they are restored one by one.
    var ids: String { "SELECT f.id FROM \(kept) WHERE \(ofBatch) ORDER BY f.id" }

    /// Those whose record another transaction than that of the batch wrote, and that therefore stay as they are.
    var foreign: String {
        "SELECT f.id FROM \(kept) WHERE f.run_id = $1::uuid AND f.batch = $2 AND f.xmin <> b.xmin ORDER BY f.id"
    }

    /// How many of the rows that the batch deleted are missing.
    var countDeleted: String {
        """
        SELECT count(*) FROM \(kept)
        WHERE \(ofBatch) AND NOT EXISTS (SELECT FROM \(table) AS t WHERE t.id = f.id)
        """
    }

    /// Those that are missing still.
    var missing: String {
        """
        SELECT f.id FROM \(kept)
        WHERE \(ofBatch) AND NOT EXISTS (SELECT FROM \(table) AS t WHERE t.id = f.id)
        ORDER BY f.id LIMIT \(RunUndo.listed)
        """
    }

    /// Inserts the rows again that the batch deleted.
    var insertBack: String {
        """
        INSERT INTO \(table) (\(list)) OVERRIDING SYSTEM VALUE
        SELECT \(columns.map(\.value).joined(separator: ", "))
        FROM \(kept), \(KeptColumn.record(columns))
        WHERE \(ofBatch)
        """
    }

    /// Where another row has taken the key or the id of a row meanwhile, it is left out.
    static let unlessTaken = " ON CONFLICT DO NOTHING"
}
