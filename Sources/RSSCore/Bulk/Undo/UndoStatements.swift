/// The SQL that takes a batch back. `$1` is the run, `$2` the batch.
struct UndoStatements: Sendable {
    /// The table, as SQL takes it.
    let table: String
    /// The columns that can be written, of those that were kept.
    let columns: [String]
    /// Those of them that can be inserted only: identities.
    var identities: Set<String> = []

    private var list: String { columns.joined(separator: ", ") }

    /// Of some rows alone: those of `$3`.
    static let someRows = " AND f.id = ANY ($3)"

    /// Whether a row is as the batch left it: written by its transaction, or put back by the undo of a later run to what it
    /// was then.
    private let isUntouched = """
        (t.xmin = b.xmin OR EXISTS (
            SELECT FROM rssctl.bulk_undo AS u JOIN rssctl.bulk_before AS later USING (run_id, batch)
            WHERE u.xmin = t.xmin AND later.id = t.id AND later.was = b.xmin))
        """

    /// Removes the rows that the batch inserted: all ids from `$3` to `$4` are its own.
    func remove(_ force: Bool) -> String {
        """
        DELETE FROM \(table) AS t USING rssctl.bulk_batch AS b
        WHERE b.run_id = $1::uuid AND b.number = $2 AND t.id BETWEEN $3 AND $4\(force ? "" : " AND \(isUntouched)")
        """
    }

    /// How many of the rows that the batch inserted are there, and how many of them as it left them.
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

    /// Gives the rows that the batch changed their values back.
    func putBack(_ force: Bool) -> String {
        let changes = columns.filter { $0 != "\"id\"" && !identities.contains($0) }
        return """
            UPDATE \(table) AS t SET (\(changes.joined(separator: ", "))) = ROW(\(changes.map { "p.\($0)" }.joined(separator: ", ")))
            FROM rssctl.bulk_before AS f
            JOIN rssctl.bulk_batch AS b ON b.run_id = f.run_id AND b.number = f.batch,
                jsonb_populate_record(NULL::\(table), f.before) AS p
            WHERE f.run_id = $1::uuid AND f.batch = $2 AND t.id = f.id\(force ? "" : " AND \(isUntouched)")\(isLeft)
            """
    }

    /// Whether an earlier undo of the batch has not put a row back.
    private let isLeft = """
         AND NOT EXISTS (
            SELECT FROM rssctl.bulk_undo AS own WHERE own.run_id = f.run_id AND own.batch = f.batch AND own.xmin = t.xmin)
        """

    /// How many of the rows that the batch changed were not put back yet, how many of them are there, and how many as it left
    /// them.
    var countUpdated: String {
        """
        SELECT count(*), count(t.id), count(*) FILTER (WHERE \(isUntouched)) \(updated)
        """
    }

    /// Those that were changed or deleted since, and whether they are there.
    var changedUpdated: String {
        """
        SELECT f.id, t.id IS NOT NULL \(updated) AND (t.id IS NULL OR NOT \(isUntouched))
        ORDER BY f.id LIMIT \(RunUndo.listed)
        """
    }

    private var updated: String {
        """
        FROM rssctl.bulk_before AS f
        JOIN rssctl.bulk_batch AS b ON b.run_id = f.run_id AND b.number = f.batch
        LEFT JOIN \(table) AS t ON t.id = f.id
        WHERE f.run_id = $1::uuid AND f.batch = $2\(isLeft)
        """
    }

    /// Those that the batch changed, in the order in which they are put back one by one.
    let ids = "SELECT id FROM rssctl.bulk_before AS f WHERE run_id = $1::uuid AND batch = $2 ORDER BY id"

    /// How many of the rows that the batch deleted are missing.
    var countDeleted: String {
        """
        SELECT count(*) FROM rssctl.bulk_before AS f
        WHERE f.run_id = $1::uuid AND f.batch = $2 AND NOT EXISTS (SELECT FROM \(table) AS t WHERE t.id = f.id)
        """
    }

    /// Those that are missing still.
    var missing: String {
        """
        SELECT f.id FROM rssctl.bulk_before AS f
        WHERE f.run_id = $1::uuid AND f.batch = $2 AND NOT EXISTS (SELECT FROM \(table) AS t WHERE t.id = f.id)
        ORDER BY f.id LIMIT \(RunUndo.listed)
        """
    }

    /// Inserts the rows again that the batch deleted.
    var insertBack: String {
        """
        INSERT INTO \(table) (\(list)) OVERRIDING SYSTEM VALUE
        SELECT \(columns.map { "p.\($0)" }.joined(separator: ", "))
        FROM rssctl.bulk_before AS f, jsonb_populate_record(NULL::\(table), f.before) AS p
        WHERE f.run_id = $1::uuid AND f.batch = $2
        """
    }

    /// Where somebody else has the key or the id of a row meanwhile, it is left out.
    static let unlessTaken = " ON CONFLICT DO NOTHING"
}
