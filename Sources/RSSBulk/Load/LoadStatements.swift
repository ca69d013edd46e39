import PostgresClient

/// The SQL by which a batch gets into its table. All names come from the table description, never from the file.
struct LoadStatements: Sendable {
    /// The rows of a batch.
    static let stage = "pg_temp.rssctl_stage"
    /// What is to be done with those rows that the table does not have as they are.
    static let plan = "pg_temp.rssctl_plan"

    let table: ImportTable
    /// The table as statements name it.
    let relation: String
    let columns: [ImportColumn]
    let key: ImportColumn?
    /// Whether the server keeps the key unique.
    let isKeyUnique: Bool
    /// A row of the table keeps its value where the file has none.
    let fillsOnly: Bool
    let operation: BulkOperation
    /// The columns that are kept of a row before it is changed.
    let kept: [KeptColumn]
    /// Finds the rows of the plan that would change their organization.
    let moves: String
    /// Whether policies decide over single rows.
    let hasRowSecurity: Bool

    private var targets: [String] { columns.map(\.target) }

    /// How many fields a row has on its way into the table: its id, its columns, its metadata.
    var directFields: Int { 2 + columns.count }

    /// How many it has on its way into the staging table.
    var stagedFields: Int { 6 + columns.count }

    /// Rows straight into the table.
    var copyDirect: String {
        "COPY \(relation) (id, \(targets.joined(separator: ", ")), metadata) FROM STDIN (FORMAT binary)"
    }

    /// Rows into the staging table.
    var copyStaged: String {
        "COPY \(Self.stage) (_record, _blanks, _nth, _has_key, _id, _metadata, \(targets.joined(separator: ", "))) FROM STDIN (FORMAT binary)"
    }

    /// The staging tables, outside any transaction: reading a long file does not hold back VACUUM.
    var create: [String] {
        let fields = columns.map { "\($0.target) \($0.type.sqlType)" }
        return [
            "DROP TABLE IF EXISTS \(Self.stage), \(Self.plan)",
            """
            CREATE TEMP TABLE rssctl_stage (_record bigint, _blanks bigint, _nth integer, _has_key boolean, _id uuid, _metadata jsonb,
                \(fields.joined(separator: ", ")))
            """,
            "CREATE TEMP TABLE rssctl_plan (record bigint, staged tid, old uuid, matches bigint, old_visit uuid, new_visit uuid)",
        ]
    }

    /// Gives the planner statistics of the staging table, where it has a choice.
    var analyze: String? {
        isKeyUnique
            ? nil : "ANALYZE \(Self.stage) (\((["_record"] + (key.map { [$0.target] } ?? [])).joined(separator: ", ")))"
    }

    /// Settings of the transaction: no compiling for a statement that takes a second.
    ///
    /// Rows of the table are looked up by an index, one by one. What a batch costs then does not grow with the table, and
    /// is less than what the planner expects: to hash a batch within the usual `work_mem`, it reads the whole table once
    /// for each, in many parts.
    var settings: String {
        "SET LOCAL lock_timeout = '30s'; SET LOCAL jit = off" + (isKeyUnique ? "; \(Self.oneByOne)" : "")
    }

    private static let oneByOne = "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"
    /// What a statement needs that compares whole rows.
    static let anyJoin = "SET LOCAL enable_hashjoin TO DEFAULT; SET LOCAL enable_mergejoin TO DEFAULT"

    /// How many of some keys (`$1`) the table has.
    var probe: String? {
        guard isKeyUnique, let key, case .text = key.type else { return nil }
        return "SELECT count(*) FROM \(relation) WHERE \(key.target) = ANY ($1)"
    }

    /// Compares the staged rows from `$1` to `$2` with the table: which are new, which differ. Writes nothing to the
    /// table and locks nothing in it.
    func compare(blanks: UInt64) -> [String] {
        let stored = targets.map { "t.\($0)" }.joined(separator: ", ")
        let wanted = columns.indices.map { value($0, blanks) }.joined(separator: ", ")
        let differs = operation == .delete ? "true" : "ROW(\(stored)) IS DISTINCT FROM ROW(\(wanted))"
        let range = "s._record BETWEEN $1 AND $2"
        var statements: [String] = []
        if let key {
            let join = "t.\(key.target) = s.\(key.target)"
            if isKeyUnique {
                statements.append(
                    """
                    INSERT INTO \(Self.plan)
                    SELECT s._record, s.ctid, t.id, 1, \(visits) FROM \(Self.stage) AS s LEFT JOIN \(relation) AS t ON \(join)
                    WHERE \(range) AND s._has_key AND (t.id IS NULL OR \(differs))
                    """)
            } else {
                statements.append(
                    """
                    WITH found AS (
                        SELECT s._record AS record, min(t.id::text)::uuid AS id, count(t.id) AS matches
                        FROM \(Self.stage) AS s LEFT JOIN \(relation) AS t ON \(join)
                        WHERE \(range) AND s._has_key GROUP BY s._record
                    )
                    INSERT INTO \(Self.plan)
                    SELECT f.record, s.ctid, f.id, f.matches, \(visits)
                    FROM found AS f JOIN \(Self.stage) AS s ON s._record = f.record LEFT JOIN \(relation) AS t ON t.id = f.id
                    WHERE f.matches <> 1 OR \(differs)
                    """)
            }
        }
        return statements
    }

    /// The visit report of a row as it is and as it would be, where the file says.
    private var visits: String {
        targets.contains(table.scope) && operation != .delete ? "t.\(table.scope), s.\(table.scope)" : "NULL, NULL"
    }

    /// The same of rows without a key: new are those that the table does not have value for value, as often as it has
    /// them.
    ///
    /// A text of the table that an import would take for no value counts as none: one of blanks, of the words in `$3`, and in a
    /// column of identifiers of those in `$4`.
    ///
    /// - Parameter besideOwn: leave out what the run (`$5`) inserted itself, which is not a row that existed before.
    func compareKeyless(besideOwn: Bool) -> String {
        let stored = columns.map(asRead).joined(separator: ", ")
        let staged = targets.map { "s.\($0)" }.joined(separator: ", ")
        let keyless = key.map { "\(asRead($0)) IS NULL AND " } ?? ""
        let others =
            besideOwn
            ? """

                AND NOT EXISTS (
                    SELECT FROM rssctl.bulk_batch AS b WHERE b.run_id = $5::uuid AND t.id BETWEEN b.first_id AND b.last_id)
            """ : ""
        return """
            WITH known AS (
                SELECT ROW(\(stored))::text AS print, count(*) AS n
                FROM \(relation) AS t
                WHERE \(keyless)t.\(table.scope) IN (
                    SELECT s.\(table.scope) FROM \(Self.stage) AS s WHERE s._record BETWEEN $1 AND $2 AND NOT s._has_key)\(others)
                GROUP BY 1
            )
            INSERT INTO \(Self.plan)
            SELECT s._record, s.ctid, NULL, 1 FROM \(Self.stage) AS s LEFT JOIN known AS k ON k.print = ROW(\(staged))::text
            WHERE s._record BETWEEN $1 AND $2 AND NOT s._has_key AND s._nth > coalesce(k.n, 0)
                AND $3::text[] IS NOT NULL AND $4::text[] IS NOT NULL
            """
    }

    /// A value of the table as an import would read its text.
    private func asRead(_ column: ImportColumn) -> String {
        let value = "t.\(column.target)"
        switch column.type {
        case .text where column.isIdentifier:
            return """
                CASE WHEN btrim(\(value)) = '' OR lower(btrim(\(value))) = ANY ($4::text[]) OR \(value) ~ '\(Placeholders.oneSign)'
                        THEN NULL ELSE \(value) END
                """
        case .text where !column.isRequired, .freeText:
            return
                "CASE WHEN length(\(value)) <= 7 AND lower(btrim(\(value))) = ANY ($3::text[]) THEN NULL ELSE \(value) END"
        default: return value
        }
    }

    /// The parameters of a comparison of rows without a key after the range of records.
    func keylessWords(_ more: [String]) -> [any PostgresEncodable] {
        let unsaid = NoValue.unsaid.union(["", "\\n", "null", "(null)", "<null>"])
        return [unsaid.sorted(), Placeholders(more).words.union(unsaid).sorted()]
    }

    /// All of a batch, to be shown.
    var all: [String] {
        let compared = compare(blanks: 0) + (key == nil ? [compareKeyless(besideOwn: true)] : []) + [keepBefore]
        switch operation {
        case .import: return compared + [update(blanks: 0), insert]
        case .update: return compared + [update(blanks: 0)]
        case .delete: return compared + [delete]
        }
    }

    /// How many rows are staged from `$1` to `$2`, with the first and the last of their ids, which follow each other.
    static let range = """
        SELECT count(*),
            (SELECT _id FROM \(stage) WHERE _record BETWEEN $1 AND $2 ORDER BY _record LIMIT 1),
            (SELECT _id FROM \(stage) WHERE _record BETWEEN $1 AND $2 ORDER BY _record DESC LIMIT 1)
        FROM \(stage) WHERE _record BETWEEN $1 AND $2
        """

    /// What the comparison found: new rows, rows that differ, rows whose key several have, rows that change their visit report.
    static let count = """
        SELECT count(*) FILTER (WHERE old IS NULL), count(*) FILTER (WHERE old IS NOT NULL AND matches = 1),
            count(*) FILTER (WHERE matches > 1),
            count(*) FILTER (WHERE matches = 1 AND old_visit <> new_visit)
        FROM \(plan)
        """

    /// Leaves rows as they are that the table has, by their records (`$1`).
    static let leaveRecords = "DELETE FROM \(plan) WHERE record = ANY ($1::bigint[])"

    /// Leaves rows as they are that differ, or whose key several have.
    static let leaveMatched = "DELETE FROM \(plan) WHERE old IS NOT NULL AND ($1 OR matches > 1)"

    /// Keeps the rows that are changed as they are before, and locks them. `$1` is the run, `$2` the batch.
    var keepBefore: String { BulkLedger.keepBefore(Self.plan, of: relation, texts: KeptColumn.texts(kept)) }

    /// Changes the rows that differ.
    func update(blanks: UInt64) -> String {
        let changes = columns.indices.filter { columns[$0].target != key?.target }
            .map { "\(columns[$0].target) = \(value($0, blanks))" }
        return """
            UPDATE \(relation) AS t SET \(changes.joined(separator: ", ")), updated_at = now()
            FROM \(Self.plan) AS p JOIN \(Self.stage) AS s ON s.ctid = p.staged
            WHERE t.id = p.old
            """
    }

    /// Deletes the rows.
    var delete: String { "DELETE FROM \(relation) AS t USING \(Self.plan) AS p WHERE t.id = p.old" }

    /// Inserts the new rows, in the order of their keys: of two imports of the same rows one then waits for the other, and not
    /// both.
    var insert: String {
        """
        INSERT INTO \(relation) (id, \(targets.joined(separator: ", ")), metadata)
        SELECT s._id, \(targets.map { "s.\($0)" }.joined(separator: ", ")), s._metadata
        FROM \(Self.plan) AS p JOIN \(Self.stage) AS s ON s.ctid = p.staged
        WHERE p.old IS NULL
        ORDER BY \(key.map { "s.\($0.target), " } ?? "")s._record
        """
    }

    /// The value that a row of the table gets.
    private func value(_ index: Int, _ blanks: UInt64) -> String {
        let column = columns[index]
        let target = column.target
        let keeps = column.fallback == nil && fillsOnly && target != key?.target
        let value = keeps ? "coalesce(s.\(target), t.\(target))" : "s.\(target)"
        guard blanks & 1 << UInt64(index) != 0 else { return value }
        return "CASE WHEN s._blanks & \(Int64(1) << Int64(index)) <> 0 THEN t.\(target) ELSE \(value) END"
    }
}
