import PostgresClient
import RSSCore

/// The foreign keys of copies, made and validated before they are attached, so that attaching them reads no row.
///
/// A copy may reference what its row no longer does. Then the key would prevent the referenced row from being deleted, though
/// no row of the table references it. So a trigger on the referenced table deletes such copies first, and records them:
/// ``DeltaApply`` re-creates those that still have a row.
struct ReshapeForeignKeys: Sendable {
    /// One of the table's keys.
    struct Key: Sendable {
        /// Its quoted name.
        let name: String
        let definition: String
        let referenced: RelationName
        /// The statements that put the trigger on the referenced table.
        let guards: [String]
    }

    let keys: [Key]

    /// Reads the keys of a table.
    init(
        _ table: Int64, _ prefix: String, capture: DeltaCapture, identity: RowIdentity, _ connection: PostgresConnection
    ) async throws {
        let columns = DeltaCapture.keys(identity).joined(separator: ", ")
        let identifying = try await identity.quoted(connection).map { "r.\($0)" }.joined(separator: ", ")
        var keys: [Key] = []
        for (number, row) in try await connection.query(
            SQLResource(PackageResources.reshape_foreign_keys_sql).text, [table]
        ).enumerated() {
            let referenced = RelationName(
                schema: try row.decode(String.self, "schema"), name: try row.decode(String.self, "referenced"))
            let name = try await connection.quote(referenced)
            let (function, trigger) = ("rssctl.\(prefix)_purge_\(number)", "rssctl_\(prefix)_purge_\(number)")
            let (match, changed) = try (row.decode(String.self, "match"), row.decode(String.self, "changed"))
            let body = """
                CREATE OR REPLACE FUNCTION \(function)() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $rssctl$
                BEGIN
                    WITH gone AS (DELETE FROM rssctl.\(prefix) AS r WHERE \(match) RETURNING \(identifying))
                    INSERT INTO \(capture.table) (\(columns)) SELECT * FROM gone;
                    IF TG_OP OPERATOR(pg_catalog.=) 'DELETE' THEN
                        RETURN OLD;
                    END IF;
                    RETURN NEW;
                END
                $rssctl$
                """
            keys.append(
                Key(
                    name: try row.decode(String.self, "name"), definition: try row.decode(String.self, "definition"),
                    referenced: referenced,
                    guards: [
                        body, "REVOKE ALL ON FUNCTION \(function)() FROM PUBLIC",
                    ]
                        + capture.handOver(
                            function, granting: ["SELECT, DELETE ON rssctl.\(prefix)", "INSERT ON \(capture.table)"])
                        + [
                            "CREATE OR REPLACE TRIGGER \(trigger)_d BEFORE DELETE ON \(name) FOR EACH ROW EXECUTE FUNCTION \(function)()",
                            "CREATE OR REPLACE TRIGGER \(trigger)_u BEFORE UPDATE ON \(name) FOR EACH ROW WHEN (\(changed)) EXECUTE FUNCTION \(function)()",
                        ]))
        }
        self.keys = keys
    }

    /// The referenced tables, each once.
    var referenced: [RelationName] {
        var tables: [RelationName] = []
        for key in keys where !tables.contains(key.referenced) { tables.append(key.referenced) }
        return tables
    }
}

extension ReshapeRun {
    func foreignKeys(_ work: ReshapeWork, _ table: Int64) async throws -> ReshapeForeignKeys {
        try await ReshapeForeignKeys(
            table, work.prefix, capture: try await capture(work), identity: work.spec.identity, connection)
    }

    /// Makes and validates the keys of the targets, where reading all rows under the locks of the swap would take long.
    func buildKeys(_ work: ReshapeWork, _ table: PartitionedTable, _ tables: ReshapeTables, _ delta: DeltaApply)
        async throws
    {
        let foreign = try await foreignKeys(work, table.oid)
        guard work.spec.copy.rows * Int64(foreign.keys.count) > manner.readableUnderLock else { return }
        for key in foreign.keys {
            try await locking(work, [RelationLock(key.referenced, .shareRowExclusive)]) {
                try await connection.transaction {
                    try await lockPolicy.bound(connection)
                    for statement in key.guards { try await connection.execute(statement) }
                }
            }
            try await FaultPoint.reach("reshape.guard")
        }
        for target in tables.targets {
            let there = try await keys(of: target)
            for key in foreign.keys where there[key.name] == nil {
                try await locking(work, [RelationLock(key.referenced, .shareRowExclusive)]) {
                    try await connection.transaction {
                        try await lockPolicy.bound(connection)
                        try await connection.execute(
                            "ALTER TABLE \(target.aside) ADD CONSTRAINT \(key.name) \(key.definition) NOT VALID")
                    }
                }
            }
            try await FaultPoint.reach("reshape.key")
        }
        // What was deleted before the keys were there has its entry by now.
        for target in tables.targets {
            for key in foreign.keys { try await validate(key, target, delta) }
        }
    }

    /// The statements that drop the triggers of the referenced tables, and their functions; from the catalog, whatever
    /// happened to the keys.
    func guardRemoval(_ work: ReshapeWork) async throws -> (tables: [RelationName], releases: [String], drops: [String])
    {
        var tables: [RelationName] = []
        var releases: [String] = []
        for row in try await connection.query(
            """
            SELECT n.nspname::text, c.relname::text, t.tgname::text FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgparentid = 0 AND p.pronamespace = to_regnamespace('rssctl') AND starts_with(p.proname, $1)
            ORDER BY 1, 2, 3
            """, ["\(work.prefix)_purge_"])
        {
            let (schema, name, trigger) = try row.decode(String.self, String.self, String.self)
            let table = RelationName(schema: schema, name: name)
            if !tables.contains(table) { tables.append(table) }
            releases.append(
                "DROP TRIGGER \(try await connection.quoteIdentifier(trigger)) ON \(try await connection.quote(table))")
        }
        let drops = try await connection.query(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE pronamespace = to_regnamespace('rssctl') AND starts_with(proname, $1)",
            ["\(work.prefix)_purge_"]
        ).map { "DROP FUNCTION \(try $0.decode(String.self, at: 0))" }
        return (tables, releases, drops)
    }

    private func validate(
        _ key: ReshapeForeignKeys.Key, _ target: ReshapeTables.Target, _ delta: DeltaApply
    ) async throws {
        var triesLeft = 5
        while try await keys(of: target)[key.name] != true {
            try await delta.catchUp(until: 0)
            do {
                try await connection.execute(
                    "ALTER TABLE \(target.aside) VALIDATE CONSTRAINT \(key.name)", timeout: LongStatement.wholeTable)
            } catch let error as PostgresError where error.sqlState == .foreignKeyViolation && triesLeft > 0 {
                triesLeft -= 1
            }
        }
    }

    /// The keys of a target by their quoted names, and whether they are validated.
    private func keys(of target: ReshapeTables.Target) async throws -> [String: Bool] {
        let rows = try await connection.query(
            "SELECT quote_ident(conname), convalidated FROM pg_constraint WHERE conrelid = to_regclass($1) AND contype = 'f'",
            [target.aside]
        ).map { try $0.decode(String.self, Bool.self) }
        return Dictionary(rows) { first, _ in first }
    }
}
