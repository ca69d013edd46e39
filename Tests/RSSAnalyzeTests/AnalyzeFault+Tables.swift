extension AnalyzeFault {
    /// Tables, keys and their objects.
    static let tables: [AnalyzeFault] = [
        AnalyzeFault(
            "table.unlogged",
            """
            CREATE UNLOGGED TABLE ledger (id int PRIMARY KEY); INSERT INTO ledger SELECT generate_series(1, 2000);
            CREATE UNLOGGED TABLE import_staging (id int); INSERT INTO import_staging SELECT generate_series(1, 2000);
            CREATE UNLOGGED TABLE tiny (id int PRIMARY KEY); CREATE TABLE logged (id int PRIMARY KEY); ANALYZE;
            """, names: ["public.ledger"]),
        AnalyzeFault(
            "table.dropped_columns",
            """
            CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY);
            DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE format('ALTER TABLE t ADD c%s int', i); EXECUTE format('ALTER TABLE u ADD c%s int', i); END LOOP;
            FOR i IN 1..60 LOOP EXECUTE format('ALTER TABLE t DROP c%s', i); END LOOP; FOR i IN 1..20 LOOP EXECUTE format('ALTER TABLE u DROP c%s', i); END LOOP; END $$;
            """, names: ["public.t"]),
        AnalyzeFault(
            "table.indexes_many",
            """
            CREATE TABLE t (id int PRIMARY KEY, a int, b int);
            CREATE TABLE w (id int PRIMARY KEY, a int, b int, c int, d int, e int, f int, g int, h int, i int, j int, k int, l int, m int);
            DO $$ BEGIN FOR i IN 1..12 LOOP EXECUTE format('CREATE INDEX ON t (a, (b + %s))', i); EXECUTE format('CREATE INDEX ON w (a, (b + %s))', i); END LOOP; END $$;
            """, names: ["public.t"]),
        AnalyzeFault(
            "foreign_key.type_mismatch",
            """
            CREATE TABLE p (id bigint PRIMARY KEY, code text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT narrow REFERENCES p, code varchar(20) REFERENCES p (code), q bigint REFERENCES p);
            """, names: ["public.c.narrow"]),
        AnalyzeFault(
            "foreign_key.duplicate",
            """
            CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (id int PRIMARY KEY, p int CONSTRAINT first_one REFERENCES p, q int REFERENCES p);
            ALTER TABLE c ADD CONSTRAINT second_one FOREIGN KEY (p) REFERENCES p;
            """, names: ["public.c.second_one"]),
        AnalyzeFault(
            "constraint.domain_not_valid",
            """
            CREATE DOMAIN positive AS int; ALTER DOMAIN positive ADD CONSTRAINT above CHECK (VALUE > 0) NOT VALID; CREATE DOMAIN fine AS int CHECK (VALUE > 0);
            """, names: ["public.positive.above"]),
        AnalyzeFault(
            "rule.disabled",
            """
            CREATE TABLE t (id int PRIMARY KEY); CREATE RULE off_rule AS ON DELETE TO t DO INSTEAD NOTHING; CREATE RULE on_rule AS ON UPDATE TO t DO INSTEAD NOTHING;
            ALTER TABLE t DISABLE RULE off_rule;
            """, names: ["public.t.off_rule"]),
        AnalyzeFault(
            "trigger.event_disabled",
            """
            CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER off_one ON ddl_command_end WHEN tag IN ('CREATE CAST') EXECUTE FUNCTION f();
            CREATE EVENT TRIGGER on_one ON ddl_command_end WHEN tag IN ('CREATE CAST') EXECUTE FUNCTION f(); ALTER EVENT TRIGGER off_one DISABLE;
            """, names: ["off_one"]),
        AnalyzeFault(
            "view.not_populated",
            """
            CREATE MATERIALIZED VIEW empty AS SELECT 1 AS x WITH NO DATA; CREATE MATERIALIZED VIEW filled AS SELECT 1 AS x;
            """, names: ["public.empty"]),
        AnalyzeFault(
            "statistics.column_off",
            """
            CREATE TABLE t (id int PRIMARY KEY, x int, y int); INSERT INTO t SELECT g, g, g FROM generate_series(1, 2000) g; ALTER TABLE t ALTER x SET STATISTICS 0; ALTER TABLE t ALTER y SET STATISTICS 500;
            CREATE TABLE tiny (x int); ALTER TABLE tiny ALTER x SET STATISTICS 0; ANALYZE;
            """, names: ["public.t.x"]),
        AnalyzeFault(
            "statistics.column_off",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_statistics_target = 1', current_database()); END $$;
            """, names: ["default_statistics_target"]),
        AnalyzeFault(
            "sequence.behind",
            """
            CREATE TABLE restored (id serial PRIMARY KEY); INSERT INTO restored SELECT generate_series(1, 5000);
            CREATE TABLE used (id serial PRIMARY KEY, x int); INSERT INTO used (x) SELECT generate_series(1, 5000); CREATE TABLE fresh (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);
            CREATE TABLE gone (id serial PRIMARY KEY); INSERT INTO gone SELECT generate_series(1, 100); SELECT setval('gone_id_seq', 100); ANALYZE;
            """, names: ["public.restored_id_seq"]),
        AnalyzeFault(
            "column.near_end",
            """
            CREATE TABLE full_keys (id int PRIMARY KEY); INSERT INTO full_keys SELECT 2000000000 + g FROM generate_series(1, 1000) g;
            CREATE TABLE wide_keys (id bigint PRIMARY KEY); INSERT INTO wide_keys SELECT 2000000000 + g FROM generate_series(1, 1000) g;
            CREATE TABLE not_a_key (n int); INSERT INTO not_a_key SELECT 2000000000 + g FROM generate_series(1, 1000) g; ANALYZE;
            """, names: ["public.full_keys.id"]),
        AnalyzeFault(
            "collation.version",
            """
            CREATE COLLATION stale (provider = icu, locale = 'de'); CREATE COLLATION unused (provider = icu, locale = 'fr'); CREATE COLLATION good (provider = icu, locale = 'it');
            CREATE TABLE t (id int PRIMARY KEY, a text COLLATE stale, b text COLLATE good); UPDATE pg_collation SET collversion = '1' WHERE collname IN ('stale', 'unused');
            """, names: ["collation public.stale"]),
    ]
}
