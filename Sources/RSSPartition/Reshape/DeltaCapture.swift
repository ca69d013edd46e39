import PostgresClient
import RSSCore

/// Triggers that write down which rows of some tables change while their rows are copied: the identity of each, in the
/// transaction that changes it.
///
/// What is written down is only that a row may have changed; ``DeltaApply`` checks its current state. So one entry too
/// many does no harm, and none may be missing: the triggers fire in replication as well.
struct DeltaCapture: Sendable {
    /// The quoted name of the table that takes the entries: `id`, and the columns of the identity.
    let table: String
    /// The statements that make the table and the function, before anything is locked.
    let makes: [String]
    /// The statements that put the triggers on; each takes SHARE ROW EXCLUSIVE, and so waits for transactions that are writing.
    let captures: [String]
    /// The statements that drop the triggers; each takes ACCESS EXCLUSIVE.
    let releases: [String]
    /// The statements that drop what ``makes`` made, once no trigger is left.
    let drops: [String]
    /// The role that functions of the work are handed over to, quoted; nil where they stay with the role that made them.
    private let owner: String?

    /// Makes the statements.
    ///
    /// - Parameters:
    ///   - prefix: what the names begin with.
    ///   - why: what is being done, for whoever wants to TRUNCATE meanwhile.
    init(
        _ prefix: String, sources: [RelationName], identity: RowIdentity, why: String, _ connection: PostgresConnection
    ) async throws {
        let table = "rssctl.\(prefix)_delta"
        let function = "rssctl.\(prefix)_capture"
        let trigger = "rssctl_\(prefix)"
        let names = try await identity.quoted(connection)
        // A column of the identity may be named id, as the number of the entry: hence names of their own.
        let keys = Self.keys(identity)
        let columns = zip(keys, identity.columns).map { "\($0) \($1.type) NOT NULL" }.joined(separator: ", ")
        func insert(_ row: String) -> String {
            "INSERT INTO \(table) (\(keys.joined(separator: ", "))) VALUES (\(names.map { "\(row).\($0)" }.joined(separator: ", ")));"
        }
        self.table = table
        let owner = try await Self.lesserOwner(of: sources.first, connection)
        self.owner = owner
        makes =
            [
                "CREATE TABLE \(table) (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \(columns))",
                """
                CREATE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $rssctl$
                BEGIN
                    -- No search_path of its own, which would cost more than the insert: no name here depends on the caller's.
                    IF TG_OP OPERATOR(pg_catalog.=) 'TRUNCATE' THEN
                        RAISE object_in_use USING
                            MESSAGE = pg_catalog.format('cannot truncate %I now: \(why.replacing("'", with: "''"))', TG_TABLE_NAME),
                            HINT = 'Wait for its end, or cancel it: rssctl partition abort';
                    ELSIF TG_OP OPERATOR(pg_catalog.=) 'DELETE' OR TG_NARGS OPERATOR(pg_catalog.=) 1 THEN
                        \(insert("OLD"))
                    ELSE
                        \(insert("NEW"))
                    END IF;
                    RETURN NULL;
                END
                $rssctl$
                """,
                "REVOKE ALL ON FUNCTION \(function)() FROM PUBLIC",
            ] + Self.handOver(function, granting: ["INSERT ON \(table)"], to: owner)
        var captures: [String] = []
        var releases: [String] = []
        let old = names.map { "OLD.\($0)" }.joined(separator: ", ")
        let new = names.map { "NEW.\($0)" }.joined(separator: ", ")
        for source in sources {
            let name = try await connection.quote(source)
            for (suffix, event) in [
                ("", "AFTER INSERT OR UPDATE OR DELETE ON \(name) FOR EACH ROW EXECUTE FUNCTION \(function)()"),
                (
                    "_rekey",
                    "AFTER UPDATE ON \(name) FOR EACH ROW WHEN (ROW(\(old)) IS DISTINCT FROM ROW(\(new))) EXECUTE FUNCTION \(function)('old')"
                ), ("_truncate", "BEFORE TRUNCATE ON \(name) FOR EACH STATEMENT EXECUTE FUNCTION \(function)()"),
            ] {
                captures.append("CREATE TRIGGER \(trigger)\(suffix) \(event)")
                captures.append("ALTER TABLE \(name) ENABLE ALWAYS TRIGGER \(trigger)\(suffix)")
                releases.append("DROP TRIGGER IF EXISTS \(trigger)\(suffix) ON \(name)")
            }
        }
        self.captures = captures
        self.releases = releases
        drops = ["DROP FUNCTION IF EXISTS \(function)()", "DROP TABLE IF EXISTS \(table)"]
    }

    /// The statements that let a function of the work run with the rights of the tables' owner, and no others: it meets
    /// triggers, casts and expressions that the owner can add at any time.
    ///
    /// - Parameter rights: what it needs in addition, as GRANT has it: `INSERT ON …`.
    func handOver(_ function: String, granting rights: [String]) -> [String] {
        Self.handOver(function, granting: rights, to: owner)
    }

    private static func handOver(_ function: String, granting rights: [String], to owner: String?) -> [String] {
        guard let owner else { return [] }
        return (["USAGE ON SCHEMA rssctl"] + rights).map { "GRANT \($0) TO \(owner)" }
            + ["ALTER FUNCTION \(function)() OWNER TO \(owner)"]
    }

    /// The owner of a table, quoted, where this role is a superuser and the owner is not.
    private static func lesserOwner(of table: RelationName?, _ connection: PostgresConnection) async throws -> String? {
        guard let table else { return nil }
        return try await connection.query(
            """
            SELECT quote_ident(o.rolname) FROM pg_class AS c JOIN pg_roles AS o ON o.oid = c.relowner
            WHERE c.oid = to_regclass($1) AND NOT o.rolsuper
                AND (SELECT me.rolsuper FROM pg_roles AS me WHERE me.rolname = current_user)
            """, [table.quoted]
        ).first?.decode(String.self, at: 0)
    }

    /// The columns of the table of entries that hold an identity, in its order.
    static func keys(_ identity: RowIdentity) -> [String] { identity.columns.indices.map { "key_\($0 + 1)" } }
}
