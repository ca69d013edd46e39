/// The SQL of an import, made from the table description and the columns at hand. All names are the description's own
/// words, never the file's.
struct ImportStatements: Sendable {
    /// Rows that passed validation.
    static let rows = "pg_temp.rssctl_import_rows"
    /// Problems of rejected rows.
    static let rejects = "pg_temp.rssctl_import_rejects"

    let table: ImportTable
    let columns: [ImportColumn]
    /// Whether a row has no value in a column with a fallback: then what the table has must be kept on update.
    var hasBlanks = false

    private var hasKey: Bool { columns.contains { $0.target == table.key } }
    private var targets: [String] { columns.map(\.target) }

    /// Staging: outside any transaction, so that reading a long file holds back nobody's vacuum and no lock.
    var create: [String] {
        let fields = columns.map { "\($0.target) \($0.type.sqlType)" }
        return [
            "DROP TABLE IF EXISTS \(Self.rows), \(Self.rejects)",
            "CREATE TEMP TABLE rssctl_import_rows (record bigint, line bigint, id uuid, \(fields.joined(separator: ", ")))",
            "CREATE TEMP TABLE rssctl_import_rejects (record bigint, line bigint, name text, code text, value text, reason text)",
        ]
    }

    var copyRows: String {
        "COPY \(Self.rows) (record, line, id, \(targets.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
    }

    var copyRejects: String {
        "COPY \(Self.rejects) (record, line, name, code, value, reason) FROM STDIN (FORMAT binary)"
    }

    /// Moves rows that repeat the key of an earlier one to the rejects; nil when the file has no key.
    var rejectRepeated: String? {
        guard hasKey, let name = columns.first(where: { $0.target == table.key })?.name else { return nil }
        return """
            WITH first AS (
                SELECT \(table.key) AS key, min(record) AS record, min(line) AS line FROM \(Self.rows)
                WHERE \(table.key) IS NOT NULL GROUP BY \(table.key) HAVING count(*) > 1
            ), repeated AS (
                DELETE FROM \(Self.rows) AS r USING first WHERE r.\(table.key) = first.key AND r.record > first.record
                RETURNING r.record, r.line, first.key, first.line AS first_line
            )
            INSERT INTO \(Self.rejects)
            SELECT record, line, '\(name)', '\(RowProblem.Code.repeatedKey.rawValue)', key,
                format('%s: ''%s'' is that of line %s already', '\(name)', key, first_line)
            FROM repeated
            """
    }

    /// The first of the rows that repeat a key.
    var firstRepeated: String {
        "SELECT line, value, reason FROM \(Self.rejects) WHERE code = '\(RowProblem.Code.repeatedKey.rawValue)' ORDER BY record LIMIT 1"
    }

    /// One row for each rejected record, in the order of the file.
    var listRejects: String {
        """
        SELECT record, min(line), coalesce(string_agg(name, '; '), ''), string_agg(DISTINCT code, '; '), string_agg(reason, '; ')
        FROM \(Self.rejects) GROUP BY record ORDER BY record
        """
    }

    /// What the planner needs to know of the staged rows.
    var prepare: [String] {
        (hasBlanks ? ["CREATE INDEX ON \(Self.rows) (id)"] : []) + ["ANALYZE \(Self.rows)"]
    }

    /// Removes staged rows without a key that the table has already, value for value, as often as it has them: a file
    /// that is imported twice adds nothing the second time.
    var dropKnown: String {
        let staged = columns.map {
            $0.fallback == nil ? "s.\($0.target)" : "COALESCE(s.\($0.target), \($0.fallback ?? "NULL"))"
        }
        let stored = targets.map { "t.\($0)" }
        let keyless = hasKey ? "s.\(table.key) IS NULL" : "true"
        return """
            WITH numbered AS (
                SELECT record, print, row_number() OVER (PARTITION BY print ORDER BY record) AS nth
                FROM (SELECT s.record, ROW(\(staged.joined(separator: ", ")))::text AS print FROM \(Self.rows) AS s WHERE \(keyless)) AS p
            ), known AS (
                SELECT ROW(\(stored.joined(separator: ", ")))::text AS print, count(*) AS n
                FROM \(table.table) AS t
                WHERE t.\(table.key) IS NULL AND t.\(table.scope) IN (SELECT s.\(table.scope) FROM \(Self.rows) AS s WHERE \(keyless))
                GROUP BY 1
            )
            DELETE FROM \(Self.rows) AS r USING numbered JOIN known USING (print)
            WHERE r.record = numbered.record AND numbered.nth <= known.n
            """
    }

    /// Inserts what is new and updates what differs. Rows that are the same are left out beforehand: a conflict alone
    /// would lock them, which is a write. `$1` is the run.
    var upsert: String {
        let inserted = columns.map {
            $0.fallback == nil ? "s.\($0.target)" : "COALESCE(s.\($0.target), \($0.fallback ?? "NULL"))"
        }
        let insert = """
            INSERT INTO \(table.table) AS t (id, \(targets.joined(separator: ", ")), metadata)
                SELECT s.id, \(inserted.joined(separator: ", ")), jsonb_build_object('bulkCreated', true, 'run', $1::text)
                FROM \(Self.rows) AS s
            """
        return """
            WITH done AS (
                \(insert)\(hasKey ? update : "\n    ORDER BY s.record")
                RETURNING t.xmax = 0 AS is_new
            )
            SELECT count(*) FILTER (WHERE is_new) AS inserted, count(*) FILTER (WHERE NOT is_new) AS updated FROM done
            """
    }

    private var update: String {
        let same = columns.map { $0.fallback == nil ? "s.\($0.target)" : "COALESCE(s.\($0.target), t.\($0.target))" }
        let stored = targets.map { "t.\($0)" }.joined(separator: ", ")
        let changed = columns.map(new)
        let changes = columns.filter { $0.target != table.key }.map { "\($0.target) = \(new($0))" }
        return """

                WHERE NOT EXISTS (
                    SELECT FROM \(table.table) AS t
                    WHERE t.\(table.key) = s.\(table.key) AND ROW(\(stored)) IS NOT DISTINCT FROM ROW(\(same.joined(separator: ", ")))
                )
                ORDER BY s.record
                ON CONFLICT (\(table.key)) DO UPDATE SET
                    \(changes.joined(separator: ",\n        ")),
                    metadata = t.metadata || jsonb_build_object('run', $1::text), updated_at = now()
                WHERE ROW(\(stored)) IS DISTINCT FROM ROW(\(changed.joined(separator: ", ")))
            """
    }

    /// The value that an existing row gets. A staged blank keeps what is there; by `EXCLUDED` it could not be told from
    /// the fallback.
    private func new(_ column: ImportColumn) -> String {
        guard column.fallback != nil, hasBlanks else { return "EXCLUDED.\(column.target)" }
        return
            "COALESCE((SELECT s.\(column.target) FROM \(Self.rows) AS s WHERE s.id = EXCLUDED.id), t.\(column.target))"
    }
}
