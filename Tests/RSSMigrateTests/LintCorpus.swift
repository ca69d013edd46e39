import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// A fault, the rule that must find it, and the same intent written safely.
struct LintPair: Sendable, CustomTestStringConvertible {
    let rule: String
    let bad: String
    let safe: String
    var name: String

    init(_ rule: String, bad: String, safe: String, name: String = "V0001__step.sql") {
        self.rule = rule
        self.bad = bad
        self.safe = safe
        self.name = name
    }

    var testDescription: String { "\(rule): \(bad.prefix(60))" }
}

enum LintCorpus {
    /// What the database holds before: large tables in use.
    static let setup = """
        CREATE TABLE t (id bigint PRIMARY KEY, a int, b text, c varchar(10), n numeric(8, 2), ts timestamp, j jsonb);
        CREATE TABLE u (id bigint PRIMARY KEY, t_id bigint, note text NOT NULL);
        CREATE TABLE p (id bigint, d date NOT NULL) PARTITION BY RANGE (d);
        CREATE TABLE p_old PARTITION OF p FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
        CREATE TABLE lone (id bigint, d date NOT NULL);
        CREATE TABLE checked (id bigint, d date NOT NULL, CONSTRAINT checked_bound CHECK (d >= '2022-01-01' AND d < '2023-01-01'));
        CREATE INDEX t_a ON t (a);
        CREATE INDEX t_b_c ON t (b, c);
        CREATE VIEW v AS SELECT id FROM t;
        CREATE MATERIALIZED VIEW m AS SELECT id FROM t;
        CREATE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        CREATE FUNCTION h(x int) RETURNS int LANGUAGE sql AS 'SELECT 1';
        ALTER TABLE u ADD CONSTRAINT u_pending CHECK (t_id > 0) NOT VALID;
        """

    /// A catalog made by a script, whose tables have a million rows each.
    static func catalog(_ setup: String = setup, rows: Int64 = 1_000_000) throws -> CatalogSnapshot {
        var catalog = CatalogSnapshot(.init())
        for statement in LintFile(name: "setup.sql", bytes: Array(setup.utf8)).statements {
            catalog.apply(statement.tree)
        }
        catalog.created = []
        catalog.extensions = [
            "pg_trgm": .init("pg_trgm", isInstalled: false, mayCreate: true),
            "plpython3u": .init("plpython3u", isInstalled: false, mayCreate: false),
        ]
        for name in catalog.relations.keys where catalog.relations[name]?.kind != .view {
            catalog.relations[name]?.rows = rows
        }
        return catalog
    }

    static func lint(_ sql: String, name: String = "V0001__step.sql", in catalog: CatalogSnapshot) -> Linter.Result {
        Linter().lint([LintFile(name: name, bytes: Array(sql.utf8))], in: catalog)
    }

    static let pairs: [LintPair] = [
        .init(
            "already-exists", bad: "CREATE TABLE t (id bigint PRIMARY KEY);",
            safe: "CREATE TABLE IF NOT EXISTS t (id bigint PRIMARY KEY);"),
        .init(
            "already-exists", bad: "ALTER TABLE t ADD COLUMN a int;",
            safe: "ALTER TABLE t ADD COLUMN IF NOT EXISTS a int;"),
        .init(
            "already-exists", bad: "CREATE VIEW v AS SELECT 1 AS x;",
            safe: "DROP VIEW v;\nCREATE VIEW v AS SELECT 1 AS x;"),
        .init(
            "missing-object", bad: "ALTER TABLE nowhere ADD COLUMN a int;",
            safe: "ALTER TABLE IF EXISTS nowhere ADD COLUMN a int;"),
        .init(
            "missing-object", bad: "ALTER TABLE u ADD FOREIGN KEY (t_id) REFERENCES t (ident) NOT VALID;",
            safe: "ALTER TABLE u ADD FOREIGN KEY (t_id) REFERENCES t (id) NOT VALID;"),
        .init(
            "missing-object", bad: "CREATE INDEX CONCURRENTLY t_z ON t (z);",
            safe: "DO $$ BEGIN ALTER TABLE t ADD COLUMN z int; END $$;\nCREATE INDEX CONCURRENTLY t_z ON t (z);"),
        .init("missing-object", bad: "DROP INDEX CONCURRENTLY gone;", safe: "DROP INDEX CONCURRENTLY IF EXISTS gone;"),
        .init(
            "still-used", bad: "ALTER TABLE t ALTER COLUMN id TYPE numeric;",
            safe: "ALTER TABLE t ALTER COLUMN c TYPE varchar(20);"),
        .init("extension-unavailable", bad: "CREATE EXTENSION postgis;", safe: "CREATE EXTENSION pg_trgm;"),
        .init(
            "extension-unavailable", bad: "CREATE EXTENSION plpython3u;",
            safe: "CREATE EXTENSION IF NOT EXISTS pg_trgm;"),
        .init("unreadable-script", bad: "SELECT 'it''s;", safe: "SELECT 'it''s';"),
        .init("psql-command", bad: "\\i other.sql", safe: "SELECT E'\\\\i';"),
        .init("syntax-error", bad: "CREATE TABEL x (id int);", safe: "CREATE TABLE x (id bigint PRIMARY KEY);"),
        .init("directive", bad: "-- rssctl:alow drop-table x\nSELECT 1;", safe: "-- about rssctl:allow\nSELECT 1;"),
        .init(
            "directive", bad: "-- rssctl:backfill batch=10 key=id\nDROP VIEW v;",
            safe: "-- rssctl:backfill batch=10 key=id\nUPDATE t SET a = 1;"),
        .init("copy-from-stdin", bad: "COPY u FROM stdin;", safe: "INSERT INTO u VALUES (1, 1, 'x');"),
        .init(
            "allow-unknown", bad: "-- rssctl:allow drop-tabel gone\nDROP TABLE u;",
            safe: "-- rssctl:allow drop-table nobody reads it since May\nDROP TABLE u;"),
        .init(
            "allow-unused", bad: "-- rssctl:allow truncate old\nSELECT 1;",
            safe: "-- rssctl:allow truncate a log that is filled again\nTRUNCATE u;"),
        .init("transaction-statement", bad: "BEGIN;\nSELECT 1;\nCOMMIT;", safe: "SELECT 1;"),
        .init(
            "transaction-mode", bad: "-- rssctl:transaction file\nVACUUM t;",
            safe: "-- rssctl:transaction none\nVACUUM t;"),
        .init(
            "repeatable-not-transactional", bad: "CREATE INDEX CONCURRENTLY t_n ON t (n);",
            safe: "CREATE OR REPLACE VIEW v2 AS SELECT 1 AS x;", name: "R__x.sql"),
        .init(
            "index-concurrent-on-partitioned", bad: "CREATE INDEX CONCURRENTLY p_id ON ONLY p (id);",
            safe: "CREATE INDEX CONCURRENTLY p_id ON p (id);"),
        .init("mixed-transaction", bad: "SELECT 1;\nVACUUM t;", safe: "VACUUM t;"),
        .init("session-state", bad: "SELECT pg_advisory_unlock_all();", safe: "SELECT pg_advisory_xact_lock(1);"),
        .init("session-state", bad: "DISCARD ALL;", safe: "DISCARD PLANS;"),
        .init(
            "lock-timeout-set", bad: "SET lock_timeout = '10s';\nALTER TABLE t ADD COLUMN x int;",
            safe: "ALTER TABLE t ADD COLUMN x int;"),
        .init(
            "long-work-behind-lock", bad: "ALTER TABLE t ADD COLUMN x int;\nUPDATE t SET x = 1 WHERE a > 5;",
            safe: "UPDATE t SET a = 1 WHERE a > 5;"),
        .init(
            "validate-in-same-transaction",
            bad: "ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;\nALTER TABLE t VALIDATE CONSTRAINT k;",
            safe: "ALTER TABLE u VALIDATE CONSTRAINT u_pending;"),
        .init(
            "index-not-concurrent", bad: "CREATE INDEX t_n ON t (n);", safe: "CREATE INDEX CONCURRENTLY t_n ON t (n);"),
        .init(
            "index-not-concurrent", bad: "CREATE INDEX IF NOT EXISTS p_id ON p (id);",
            safe: "CREATE TABLE x (id bigint PRIMARY KEY, y int);\nCREATE INDEX x_y ON x (y);"),
        .init(
            "index-concurrent-on-partitioned", bad: "CREATE INDEX CONCURRENTLY p_id ON p (id);",
            safe: "CREATE INDEX CONCURRENTLY p_id ON p_old (id);"),
        .init(
            "index-concurrent-without-name", bad: "CREATE INDEX CONCURRENTLY ON t (n);",
            safe: "CREATE INDEX CONCURRENTLY t_n ON t (n);"),
        .init(
            "index-concurrent-if-not-exists", bad: "CREATE INDEX CONCURRENTLY IF NOT EXISTS t_n ON t (n);",
            safe: "CREATE INDEX CONCURRENTLY t_n ON t (n);"),
        .init("index-drop-not-concurrent", bad: "DROP INDEX t_a;", safe: "DROP INDEX CONCURRENTLY t_a;"),
        .init("reindex-not-concurrent", bad: "REINDEX TABLE t;", safe: "REINDEX TABLE CONCURRENTLY t;"),
        .init(
            "index-too-wide", bad: "CREATE INDEX CONCURRENTLY w ON t (n, a, b, c, id);",
            safe: "CREATE INDEX CONCURRENTLY w ON t (n, a);"),
        .init(
            "index-duplicate", bad: "CREATE INDEX CONCURRENTLY t_again ON t (a);",
            safe: "CREATE INDEX CONCURRENTLY t_n ON t (n);"),
        .init(
            "foreign-key-validated", bad: "ALTER TABLE u ADD CONSTRAINT u_t FOREIGN KEY (t_id) REFERENCES t (id);",
            safe: "ALTER TABLE u ADD CONSTRAINT u_t FOREIGN KEY (t_id) REFERENCES t (id) NOT VALID;"),
        .init(
            "check-validated", bad: "ALTER TABLE t ADD CHECK (a > 0);",
            safe: "ALTER TABLE t ADD CONSTRAINT t_a_check CHECK (a > 0) NOT VALID;"),
        .init(
            "unique-constraint-builds-index",
            bad:
                "ALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE NULLS NOT DISTINCT (b) INCLUDE (c) DEFERRABLE INITIALLY DEFERRED;",
            safe:
                "CREATE UNIQUE INDEX CONCURRENTLY t_b_key ON t (b) INCLUDE (c) NULLS NOT DISTINCT;\nALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE USING INDEX t_b_key DEFERRABLE INITIALLY DEFERRED;"
        ),
        .init(
            "unique-constraint-builds-index", bad: "ALTER TABLE p ADD CONSTRAINT p_key UNIQUE (id, d);",
            safe: "CREATE UNIQUE INDEX CONCURRENTLY p_key ON p (id, d);"),
        .init(
            "unique-constraint-builds-index", bad: "ALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE (b);",
            safe:
                "CREATE UNIQUE INDEX CONCURRENTLY t_b_key ON t (b);\nALTER TABLE t ADD CONSTRAINT t_b_key UNIQUE USING INDEX t_b_key;"
        ),
        .init(
            "exclusion-constraint", bad: "ALTER TABLE t ADD EXCLUDE USING btree (a WITH =);",
            safe: "CREATE TABLE x (id bigint PRIMARY KEY, a int, EXCLUDE USING btree (a WITH =));"),
        .init(
            "unique-without-partition-key",
            bad: "CREATE TABLE x (id bigint PRIMARY KEY, d date) PARTITION BY RANGE (d);",
            safe: "CREATE TABLE x (id bigint, d date, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);"),
        .init(
            "unique-without-partition-key", bad: "CREATE TABLE x (LIKE t INCLUDING ALL) PARTITION BY RANGE (ts);",
            safe: "CREATE TABLE x (LIKE t INCLUDING DEFAULTS, PRIMARY KEY (id, ts)) PARTITION BY RANGE (ts);"),
        .init(
            "unique-without-partition-key", bad: "ALTER TABLE p ADD PRIMARY KEY (id);",
            safe: "CREATE UNIQUE INDEX CONCURRENTLY p_key ON p (id, d);"),
        .init(
            "domain-constraint", bad: "ALTER DOMAIN dom ADD CONSTRAINT k CHECK (VALUE > 0);",
            safe: "ALTER DOMAIN dom ADD CONSTRAINT k CHECK (VALUE > 0) NOT VALID;"),
        .init(
            "set-not-null", bad: "ALTER TABLE t ALTER COLUMN a SET NOT NULL;",
            safe: "ALTER TABLE t ADD CONSTRAINT k CHECK (a IS NOT NULL) NOT VALID;"),
        .init(
            "set-not-null", bad: "ALTER TABLE t ALTER COLUMN b SET NOT NULL;",
            safe: "ALTER TABLE u ALTER COLUMN note SET NOT NULL;"),
        .init(
            "add-column-not-null", bad: "ALTER TABLE t ADD COLUMN x int NOT NULL;",
            safe: "ALTER TABLE t ADD COLUMN x int NOT NULL DEFAULT 0;"),
        .init(
            "drop-not-null", bad: "ALTER TABLE u ALTER COLUMN note DROP NOT NULL;",
            safe: "ALTER TABLE u ALTER COLUMN note SET DEFAULT '';"),
        .init(
            "add-column-volatile-default", bad: "ALTER TABLE t ADD COLUMN x uuid DEFAULT gen_random_uuid();",
            safe: "ALTER TABLE t ADD COLUMN x timestamptz DEFAULT now();"),
        .init(
            "add-column-generated", bad: "ALTER TABLE t ADD COLUMN x int GENERATED ALWAYS AS (a * 2) STORED;",
            safe: "ALTER TABLE t ADD COLUMN x int;"),
        .init(
            "add-column-serial", bad: "ALTER TABLE t ADD COLUMN x bigserial;",
            safe: "ALTER TABLE t ADD COLUMN x bigint;"),
        .init(
            "add-column-constraint", bad: "ALTER TABLE t ADD COLUMN x bigint DEFAULT 1 REFERENCES u (id);",
            safe:
                "ALTER TABLE t ADD COLUMN x bigint;\nALTER TABLE t ADD CONSTRAINT t_x FOREIGN KEY (x) REFERENCES u (id) NOT VALID;"
        ),
        .init(
            "add-column-constraint", bad: "ALTER TABLE t ADD COLUMN x bigint UNIQUE;",
            safe: "ALTER TABLE t ADD COLUMN x bigint;"),
        .init(
            "change-column-type", bad: "ALTER TABLE t ALTER COLUMN b TYPE text COLLATE \"C\";",
            safe: "ALTER TABLE t ADD COLUMN b_new text COLLATE \"C\";"),
        .init(
            "change-column-type", bad: "ALTER TABLE t ALTER COLUMN a TYPE bigint;",
            safe: "ALTER TABLE t ALTER COLUMN c TYPE varchar(20);"),
        .init(
            "change-column-type", bad: "ALTER TABLE t ALTER COLUMN c TYPE varchar(5);",
            safe: "ALTER TABLE t ALTER COLUMN c TYPE text;"),
        .init(
            "change-column-type", bad: "ALTER TABLE t ALTER COLUMN n TYPE numeric(10, 4);",
            safe: "ALTER TABLE t ALTER COLUMN n TYPE numeric(12, 2);"),
        .init(
            "change-column-type", bad: "ALTER TABLE t ALTER COLUMN ts TYPE date;",
            safe: "ALTER TABLE t ALTER COLUMN ts TYPE timestamptz;"),
        .init(
            "char-type", bad: "CREATE TABLE x (id bigint PRIMARY KEY, k char(3));",
            safe: "CREATE TABLE x (id bigint PRIMARY KEY, k text);"),
        .init(
            "timestamp-without-time-zone", bad: "CREATE TABLE x (id bigint PRIMARY KEY, at timestamp);",
            safe: "CREATE TABLE x (id bigint PRIMARY KEY, at timestamptz);"),
        .init("json-type", bad: "ALTER TABLE t ADD COLUMN x json;", safe: "ALTER TABLE t ADD COLUMN x jsonb;"),
        .init(
            "serial-type", bad: "CREATE TABLE x (id bigserial PRIMARY KEY);",
            safe: "CREATE TABLE x (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);"),
        .init(
            "integer-key", bad: "CREATE TABLE x (id int PRIMARY KEY);", safe: "CREATE TABLE x (id bigint PRIMARY KEY);"),
        .init(
            "table-without-primary-key", bad: "CREATE TABLE x (id bigint);",
            safe: "CREATE TABLE x (id bigint);\nALTER TABLE x ADD PRIMARY KEY (id);"),
        .init("rename-column", bad: "ALTER TABLE t RENAME COLUMN a TO z;", safe: "ALTER TABLE t ADD COLUMN z int;"),
        .init(
            "rename-table", bad: "ALTER TABLE t RENAME TO z;",
            safe: "ALTER TABLE t RENAME TO z;\nCREATE VIEW t AS SELECT * FROM z;"),
        .init(
            "rename-object", bad: "ALTER TYPE mood RENAME VALUE 'sad' TO 'low';",
            safe: "ALTER TYPE mood ADD VALUE 'low' AFTER 'sad';"),
        .init("rename-object", bad: "ALTER TABLE t SET SCHEMA other;", safe: "CREATE VIEW other.t AS SELECT * FROM t;"),
        .init(
            "identifier-too-long", bad: "CREATE TABLE \(String(repeating: "x", count: 64)) (id bigint PRIMARY KEY);",
            safe: "CREATE TABLE \(String(repeating: "x", count: 63)) (id bigint PRIMARY KEY);"),
        .init(
            "enum-value-order", bad: "ALTER TYPE mood ADD VALUE 'x';",
            safe: "ALTER TYPE mood ADD VALUE 'x' BEFORE 'ok';"),
        .init(
            "enum-value-used",
            bad: "ALTER TYPE mood ADD VALUE 'x' AFTER 'ok';\nINSERT INTO u (id, note) VALUES (1, 'x');",
            safe: "ALTER TYPE mood ADD VALUE 'x' AFTER 'ok';\nINSERT INTO u (id, note) VALUES (1, 'y');"),
        .init(
            "drop-column", bad: "ALTER TABLE t DROP COLUMN a;",
            safe: "-- rssctl:allow drop-column nothing has read it since release 12\nALTER TABLE t DROP COLUMN a;"),
        .init("drop-table", bad: "DROP TABLE u;", safe: "CREATE TABLE tmp (id bigint PRIMARY KEY);\nDROP TABLE tmp;"),
        .init(
            "drop-cascade", bad: "DROP TABLE t CASCADE;",
            safe: "-- rssctl:allow drop-table copied to the archive\nDROP TABLE lone;"),
        .init(
            "drop-object", bad: "CREATE VIEW w AS SELECT id FROM t;\nDROP VIEW w, v;",
            safe: "CREATE VIEW w AS SELECT id FROM t;\nDROP VIEW w;"),
        .init("drop-object", bad: "DROP VIEW v;", safe: "DROP VIEW v;\nCREATE VIEW v AS SELECT a FROM t;"),
        .init(
            "drop-constraint", bad: "ALTER TABLE u DROP CONSTRAINT u_pending;",
            safe: "ALTER TABLE u VALIDATE CONSTRAINT u_pending;"),
        .init("drop-trigger", bad: "DROP TRIGGER trg ON t;", safe: "COMMENT ON TABLE t IS 'x';"),
        .init(
            "unbatched-change", bad: "UPDATE t SET a = 0;",
            safe: "-- rssctl:backfill batch=1000 key=id\nUPDATE t SET a = 0;"),
        .init(
            "unbatched-change", bad: "UPDATE t SET a = 0 WHERE true;", safe: "UPDATE t SET a = 0 WHERE id = 4;"),
        .init(
            "unbatched-change",
            bad: "WITH gone AS (DELETE FROM u RETURNING id) INSERT INTO t (id) SELECT id FROM gone;",
            safe: "WITH gone AS (DELETE FROM u WHERE id = 4 RETURNING id) INSERT INTO t (id) SELECT id FROM gone;"),
        .init("unbatched-change", bad: "DELETE FROM u;", safe: "DELETE FROM u WHERE id = 4;"),
        .init(
            "large-change", bad: "UPDATE t SET a = 0 WHERE a IS NULL;",
            safe: "-- rssctl:backfill batch=1000 key=id\nUPDATE t SET a = 0 WHERE a IS NULL;"),
        .init("truncate", bad: "TRUNCATE t;", safe: "-- rssctl:backfill batch=1000 key=id\nDELETE FROM t;"),
        .init("truncate", bad: "TRUNCATE t CASCADE;", safe: "CREATE TABLE x (id bigint PRIMARY KEY);\nTRUNCATE x;"),
        .init(
            "duplicate-assignment", bad: "UPDATE t SET a = 1, a = 2 WHERE id = 1;",
            safe: "UPDATE t SET a = 1, b = 2 WHERE id = 1;"),
        .init("unseen-work", bad: "DO $$ BEGIN PERFORM 1; END $$;", safe: "SELECT 1;"),
        .init("vacuum-full", bad: "VACUUM FULL t;", safe: "VACUUM (ANALYZE) t;"),
        .init("cluster", bad: "CLUSTER t USING t_a;", safe: "ANALYZE t;"),
        .init(
            "refresh-not-concurrent", bad: "REFRESH MATERIALIZED VIEW m;",
            safe: "REFRESH MATERIALIZED VIEW CONCURRENTLY m;"),
        .init(
            "set-logged", bad: "ALTER TABLE t SET UNLOGGED;", safe: "CREATE UNLOGGED TABLE x (id bigint PRIMARY KEY);"),
        .init(
            "set-tablespace", bad: "ALTER TABLE t SET TABLESPACE fast;",
            safe: "REINDEX (TABLESPACE fast) INDEX CONCURRENTLY t_a;"),
        .init(
            "lock-table", bad: "LOCK TABLE t IN EXCLUSIVE MODE;", safe: "LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE;"),
        .init(
            "disable-trigger", bad: "ALTER TABLE t DISABLE TRIGGER ALL;",
            safe: "SET LOCAL session_replication_role = replica;"),
        .init(
            "create-trigger", bad: "CREATE TRIGGER trg AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();",
            safe:
                "CREATE TABLE x (id bigint PRIMARY KEY);\nCREATE TRIGGER trg AFTER INSERT ON x FOR EACH ROW EXECUTE FUNCTION g();"
        ),
        .init(
            "replace-view", bad: "CREATE OR REPLACE VIEW v AS SELECT id FROM t;",
            safe: "CREATE OR REPLACE VIEW v_new AS SELECT id FROM t;"),
        .init(
            "create-rule", bad: "CREATE RULE r AS ON INSERT TO t DO INSTEAD NOTHING;",
            safe: "CREATE TRIGGER trg BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g();"),
        .init(
            "create-partition-of",
            bad: "CREATE TABLE p_new PARTITION OF p FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');",
            safe:
                "CREATE TABLE p_new (LIKE p INCLUDING ALL);\nALTER TABLE p_new ADD CONSTRAINT p_new_bound CHECK (d >= '2021-01-01' AND d < '2022-01-01');\nALTER TABLE p ATTACH PARTITION p_new FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');"
        ),
        .init(
            "attach-without-check",
            bad: "ALTER TABLE p ATTACH PARTITION lone FOR VALUES FROM ('2021-01-01') TO ('2022-01-01');",
            safe: "ALTER TABLE p ATTACH PARTITION checked FOR VALUES FROM ('2022-01-01') TO ('2023-01-01');"),
        .init(
            "detach-not-concurrent", bad: "ALTER TABLE p DETACH PARTITION p_old;",
            safe: "ALTER TABLE p DETACH PARTITION p_old CONCURRENTLY;"),
        .init(
            "function-body", bad: "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETRUN 1; END $$;",
            safe: "CREATE FUNCTION g() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;"),
        .init(
            "function-body",
            bad: "CREATE FUNCTION g() RETURNS SETOF int LANGUAGE plpgsql AS $$ BEGIN RETURN NEXT; END $$;",
            safe: "CREATE FUNCTION g() RETURNS TABLE (a int) LANGUAGE plpgsql AS $$ BEGIN a := 1; RETURN NEXT; END $$;"),
        .init(
            "function-body", bad: "DO $$ BEGIN PERFROM 1; END $$;", safe: "DO $$ BEGIN PERFORM 1; END $$;"),
        .init(
            "function-overload",
            bad: "CREATE OR REPLACE FUNCTION f(x int, y int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1';",
            safe:
                "DROP FUNCTION h(int);\nCREATE OR REPLACE FUNCTION h(x int, y int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1';"
        ),
        .init(
            "function-overload",
            bad: "CREATE OR REPLACE FUNCTION f(x int, y int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1';",
            safe: "CREATE OR REPLACE FUNCTION f(x int) RETURNS int LANGUAGE sql AS 'SELECT 2';", name: "R__f.sql"),
        .init(
            "function-overload",
            bad: "CREATE OR REPLACE FUNCTION f(y text) RETURNS int LANGUAGE sql AS 'SELECT 1';",
            safe:
                "-- rssctl:replace\nCREATE OR REPLACE FUNCTION f(x int, y int DEFAULT 0) RETURNS int LANGUAGE sql AS 'SELECT 1';",
            name: "R__f.sql"),
        .init(
            "security-definer-search-path",
            bad: "CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';",
            safe:
                "CREATE FUNCTION g() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1';"
        ),
        .init("grant-to-public", bad: "GRANT SELECT ON t TO PUBLIC;", safe: "GRANT SELECT ON t TO reporting;"),
        .init("password-in-file", bad: "ALTER ROLE app PASSWORD 'secret';", safe: "GRANT SELECT ON t TO app;"),
        .init(
            "row-security-off", bad: "ALTER TABLE t DISABLE ROW LEVEL SECURITY;",
            safe: "ALTER TABLE t ENABLE ROW LEVEL SECURITY;"),
        .init("server-setting", bad: "ALTER SYSTEM SET work_mem = '64MB';", safe: "SET LOCAL work_mem = '64MB';"),
        .init("drop-database", bad: "DROP DATABASE shop;", safe: "SELECT 1;"),
    ]
}
