import PostgresClient
import RSSModel
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct LockPredictionTests {
    /// Relations of each kind, empty.
    static let fixture = """
        CREATE TABLE k (id int PRIMARY KEY, x int);
        CREATE TABLE t (id int PRIMARY KEY, a int, b text, c varchar(10), ts timestamp, n numeric(8, 2), e int UNIQUE);
        CREATE INDEX t_a ON t (a);
        CREATE UNIQUE INDEX t_a_b ON t (a, b);
        ALTER TABLE t ADD CONSTRAINT t_check CHECK (a > 0) NOT VALID;
        CREATE TABLE u (id int PRIMARY KEY, t_id int CONSTRAINT u_fk REFERENCES t (id), k_id int);
        ALTER TABLE u ADD CONSTRAINT u_k FOREIGN KEY (k_id) REFERENCES k (id) NOT VALID;
        CREATE TABLE p (id int, m int NOT NULL) PARTITION BY RANGE (m);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        CREATE TABLE pd PARTITION OF p DEFAULT;
        CREATE INDEX p_m ON p (m);
        CREATE TABLE lone (id int, m int NOT NULL CHECK (m >= 20 AND m < 30));
        CREATE TABLE q (id int, k_id int REFERENCES k (id)) PARTITION BY LIST (id);
        CREATE TABLE q1 PARTITION OF q FOR VALUES IN (1);
        CREATE TABLE q2 (id int NOT NULL, k_id int);
        CREATE TABLE o (id int) PARTITION BY LIST (id);
        CREATE TABLE o1 PARTITION OF o FOR VALUES IN (1);
        CREATE INDEX o_id ON ONLY o (id);
        CREATE INDEX o1_id ON o1 (id);
        CREATE TABLE parent (id int);
        CREATE TABLE child (x int) INHERITS (parent);
        CREATE VIEW v AS SELECT id, a FROM t;
        CREATE VIEW w AS SELECT id FROM v;
        CREATE MATERIALIZED VIEW m AS SELECT id, a FROM t;
        CREATE UNIQUE INDEX m_id ON m (id);
        CREATE SEQUENCE s;
        CREATE DOMAIN d AS int;
        CREATE TABLE td (id d);
        CREATE TYPE composite AS (x int);
        CREATE TYPE mood AS ENUM ('sad');
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER trg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
        CREATE RULE r AS ON INSERT TO k DO ALSO SELECT 1;
        CREATE POLICY pol ON t USING (true);
        CREATE STATISTICS st ON a, b FROM t;
        CREATE SCHEMA other;
        CREATE TABLE other.x (id int);
        CREATE PUBLICATION pub;
        """

    static let statements = [
        "ALTER TABLE t ADD COLUMN z int", "ALTER TABLE t ADD COLUMN z int DEFAULT random()",
        "ALTER TABLE t ADD COLUMN z int REFERENCES k (id)", "ALTER TABLE t DROP COLUMN n",
        "ALTER TABLE u DROP COLUMN t_id",
        "ALTER TABLE t ALTER COLUMN b TYPE varchar(20)", "ALTER TABLE t ALTER COLUMN c TYPE varchar(20)",
        "ALTER TABLE u ALTER COLUMN t_id TYPE bigint", "ALTER TABLE k ALTER COLUMN id TYPE bigint USING id + 0",
        "ALTER TABLE t ALTER COLUMN b SET NOT NULL", "ALTER TABLE p ALTER COLUMN m DROP NOT NULL",
        "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'x'", "ALTER TABLE t ALTER COLUMN b SET STATISTICS 500",
        "ALTER TABLE t ALTER COLUMN b SET STORAGE EXTERNAL", "ALTER TABLE t ALTER COLUMN b SET (n_distinct = 5)",
        "ALTER TABLE t ALTER COLUMN b SET COMPRESSION pglz", "ALTER TABLE t SET (fillfactor = 70)",
        "ALTER TABLE t SET (autovacuum_enabled = off)", "ALTER TABLE t RESET (fillfactor)",
        "ALTER TABLE t SET (user_catalog_table = true)",
        "ALTER TABLE t ADD CONSTRAINT z CHECK (a > 1)", "ALTER TABLE t ADD CONSTRAINT z CHECK (a > 1) NOT VALID",
        "ALTER TABLE t VALIDATE CONSTRAINT t_check", "ALTER TABLE u VALIDATE CONSTRAINT u_k",
        "ALTER TABLE t ADD CONSTRAINT z FOREIGN KEY (a) REFERENCES k (id)",
        "ALTER TABLE t ADD CONSTRAINT z FOREIGN KEY (a) REFERENCES k (id) NOT VALID",
        "ALTER TABLE p ADD CONSTRAINT z FOREIGN KEY (id) REFERENCES k (id)",
        "ALTER TABLE t ADD CONSTRAINT z UNIQUE (b)", "ALTER TABLE t ADD CONSTRAINT z UNIQUE USING INDEX t_a_b",
        "ALTER TABLE u DROP CONSTRAINT u_fk", "ALTER TABLE t DROP CONSTRAINT t_check",
        "ALTER TABLE t DROP CONSTRAINT t_pkey CASCADE", "ALTER TABLE u ALTER CONSTRAINT u_fk DEFERRABLE",
        "ALTER TABLE t DISABLE TRIGGER trg", "ALTER TABLE t ENABLE TRIGGER ALL", "ALTER TABLE k DISABLE RULE r",
        "ALTER TABLE t ENABLE ROW LEVEL SECURITY", "ALTER TABLE t CLUSTER ON t_a", "ALTER TABLE t SET WITHOUT CLUSTER",
        "ALTER TABLE lone SET UNLOGGED", "ALTER TABLE t SET TABLESPACE pg_default",
        "ALTER TABLE t OWNER TO CURRENT_USER",
        "ALTER TABLE t REPLICA IDENTITY FULL", "ALTER TABLE t REPLICA IDENTITY USING INDEX t_pkey",
        "ALTER TABLE p ADD COLUMN z int", "ALTER TABLE p DROP COLUMN id", "ALTER TABLE p ADD CHECK (id > 0)",
        "ALTER TABLE ONLY parent ALTER COLUMN id SET DEFAULT 1", "ALTER TABLE parent ADD COLUMN z int",
        "ALTER TABLE lone INHERIT parent", "ALTER TABLE child NO INHERIT parent",
        "ALTER TABLE p ATTACH PARTITION lone FOR VALUES FROM (20) TO (30)", "ALTER TABLE p DETACH PARTITION p1",
        "ALTER TABLE q ATTACH PARTITION q2 FOR VALUES IN (2)", "ALTER TABLE q DETACH PARTITION q1",
        "ALTER TABLE t RENAME TO z", "ALTER TABLE t RENAME COLUMN b TO z", "ALTER TABLE p RENAME COLUMN id TO z",
        "ALTER TABLE t RENAME CONSTRAINT t_check TO z", "ALTER TABLE t SET SCHEMA other",
        "ALTER INDEX t_a RENAME TO z", "ALTER INDEX t_a SET (fillfactor = 70)",
        "ALTER INDEX o_id ATTACH PARTITION o1_id",
        "ALTER TRIGGER trg ON t RENAME TO z", "ALTER POLICY pol ON t USING (false)", "ALTER VIEW v RENAME TO z",
        "ALTER VIEW v SET (security_barrier = true)", "ALTER SEQUENCE s INCREMENT 2", "ALTER SEQUENCE s OWNED BY t.id",
        "ALTER DOMAIN d ADD CHECK (VALUE > 0)", "ALTER DOMAIN d ADD CONSTRAINT z CHECK (VALUE > 0) NOT VALID",
        "ALTER DOMAIN d SET NOT NULL", "ALTER DOMAIN d SET DEFAULT 1", "ALTER TYPE mood ADD VALUE 'ok'",
        "ALTER PUBLICATION pub ADD TABLE t", "ALTER MATERIALIZED VIEW m SET (fillfactor = 70)",
        "CREATE TABLE z (id int)", "CREATE TABLE z (id int REFERENCES k (id))", "CREATE TABLE z (LIKE t INCLUDING ALL)",
        "CREATE TABLE z PARTITION OF p FOR VALUES FROM (40) TO (50)", "CREATE TABLE z PARTITION OF q FOR VALUES IN (9)",
        "CREATE TABLE z () INHERITS (parent)", "CREATE TABLE z AS SELECT * FROM v", "CREATE VIEW z AS SELECT * FROM t",
        "CREATE OR REPLACE VIEW v AS SELECT id, a FROM t", "CREATE OR REPLACE VIEW z AS SELECT 1",
        "CREATE MATERIALIZED VIEW z AS SELECT * FROM t", "CREATE INDEX ON t (b)", "CREATE INDEX ON p (id)",
        "CREATE INDEX ON ONLY p (id)", "CREATE TRIGGER z BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER z AFTER UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE TRIGGER z AFTER UPDATE ON p EXECUTE FUNCTION f()",
        "CREATE CONSTRAINT TRIGGER z AFTER INSERT ON t FROM k FOR EACH ROW EXECUTE FUNCTION f()",
        "CREATE RULE z AS ON DELETE TO t DO ALSO DELETE FROM u", "CREATE POLICY z ON t USING (a IN (SELECT id FROM k))",
        "CREATE STATISTICS z ON a, c FROM t", "CREATE PUBLICATION z FOR TABLE t, k", "CREATE SEQUENCE z OWNED BY t.id",
        "CREATE FUNCTION z() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM t; END",
        "CREATE FUNCTION z() RETURNS bigint LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE k CASCADE", "DROP TABLE u", "DROP TABLE p1", "DROP TABLE p", "DROP TABLE lone, other.x",
        "DROP TABLE t CASCADE", "DROP VIEW w", "DROP VIEW v CASCADE", "DROP MATERIALIZED VIEW m", "DROP SEQUENCE s",
        "DROP INDEX t_a", "DROP INDEX p_m", "DROP TRIGGER trg ON t", "DROP RULE r ON k", "DROP POLICY pol ON t",
        "DROP SCHEMA other CASCADE", "DROP FUNCTION IF EXISTS z()", "DROP STATISTICS st",
        "COMMENT ON TABLE t IS 'x'", "COMMENT ON COLUMN t.a IS 'x'", "COMMENT ON CONSTRAINT t_check ON t IS 'x'",
        "COMMENT ON TRIGGER trg ON t IS 'x'", "COMMENT ON INDEX t_a IS 'x'", "COMMENT ON VIEW v IS 'x'",
        "GRANT SELECT ON t TO PUBLIC", "REVOKE ALL ON t FROM PUBLIC", "TRUNCATE lone", "TRUNCATE p",
        "TRUNCATE t CASCADE",
        "TRUNCATE ONLY parent", "ANALYZE t", "ANALYZE lone (id)", "CLUSTER t USING t_a", "REINDEX TABLE t",
        "REINDEX INDEX t_a",
        "REFRESH MATERIALIZED VIEW m", "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
        "REFRESH MATERIALIZED VIEW m WITH NO DATA", "LOCK TABLE t", "LOCK TABLE p IN SHARE MODE",
        "LOCK TABLE ONLY p IN ROW SHARE MODE", "LOCK TABLE v IN EXCLUSIVE MODE",
        "INSERT INTO lone SELECT id, 25 FROM k", "INSERT INTO td VALUES (1) ON CONFLICT DO NOTHING",
        "UPDATE lone SET id = 1 FROM k WHERE k.id = lone.id", "DELETE FROM p WHERE id = 1", "DELETE FROM v",
        "MERGE INTO lone USING td ON td.id = lone.id WHEN MATCHED THEN DELETE", "SELECT * FROM t JOIN w USING (id)",
        "SELECT * FROM t, k FOR UPDATE OF t", "SELECT * FROM t FOR SHARE",
        "SELECT count(*) FROM t TABLESAMPLE system (1)",
        "WITH lone AS (DELETE FROM td RETURNING id) SELECT * FROM lone", "EXPLAIN UPDATE k SET x = 1",
        "SELECT (SELECT max(x) FROM k)",
    ]

    /// The locks of the transaction on relations.
    private static let observed = """
        SELECT l.relation::int, l.mode::text FROM pg_locks l
        WHERE l.pid = pg_backend_pid() AND l.granted AND l.locktype = 'relation'
          AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """

    private static let relations = """
        SELECT c.oid::int, n.nspname::text, c.relname::text, c.relkind IN ('i', 'I')
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('public', 'other')
        """

    @Test func `the locks of each statement are those that the server takes`() async throws {
        #expect(Self.statements.count >= 70)
        try await withConnection { connection in
            try await connection.executeScript(Self.fixture)
            let catalog = try await CatalogReader.read(connection)
            var known: [Int32: (name: RelationName, isIndex: Bool)] = [:]
            for row in try await connection.query(Self.relations) {
                let (oid, schema, name, isIndex) = try row.decode(Int32.self, String.self, String.self, Bool.self)
                known[oid] = (RelationName(schema: schema, name: name), isIndex)
            }
            var right = 0
            let statements =
                await connection.serverVersion >= 150_000
                ? Self.statements : Self.statements.filter { !$0.hasPrefix("MERGE") }
            for sql in statements {
                let predicted = LockPrediction.locks(of: try tree(sql), in: catalog)
                let locks = Dictionary(uniqueKeysWithValues: predicted.map { ($0.relation, $0.mode) })
                let taken = try await Self.taken(by: sql, connection, known: known, named: locks)
                if locks == taken {
                    right += 1
                } else {
                    Issue.record("\(sql)\n  predicted \(Self.text(locks))\n  observed  \(Self.text(taken))")
                }
            }
            print("lock predictions right: \(right) of \(statements.count)")
        }
    }

    /// The strongest lock on each relation that was there before; of indexes, on those that are predicted.
    private static func taken(
        by sql: String, _ connection: PostgresConnection, known: [Int32: (name: RelationName, isIndex: Bool)],
        named: [RelationName: LockMode]
    ) async throws -> [RelationName: LockMode] {
        var taken: [RelationName: LockMode] = [:]
        try await connection.execute("BEGIN")
        do {
            try await connection.executeScript(sql)
            for row in try await connection.query(observed) {
                let (oid, modeName) = try row.decode(Int32.self, String.self)
                guard let (name, isIndex) = known[oid], !isIndex || named[name] != nil,
                    let mode = LockMode.allCases.first(where: { $0.catalogName == modeName })
                else { continue }
                taken[name] = max(taken[name] ?? mode, mode)
            }
        } catch {
            Issue.record("\(sql): \(error)")
        }
        try await connection.execute("ROLLBACK")
        return taken
    }

    private static func text(_ locks: [RelationName: LockMode]) -> String {
        locks.sorted { $0.key.quoted < $1.key.quoted }.map { "\($0.key.quoted) \($0.value.name)" }.joined(
            separator: ", ")
    }

    @Test func `without a catalog the relations that a statement names are known`() throws {
        let locks = LockPrediction.locks(
            of: try tree("ALTER TABLE a.b ADD FOREIGN KEY (x) REFERENCES c (id) NOT VALID"))
        #expect(
            locks == [
                RelationLock(RelationName(schema: "a", name: "b"), .shareRowExclusive),
                RelationLock(RelationName(name: "c"), .shareRowExclusive),
            ])
    }
}
