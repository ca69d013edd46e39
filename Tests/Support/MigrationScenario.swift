import PostgresClient

/// Migrations with statements of every kind, for runs that are interrupted.
package enum MigrationScenario {
    /// Statements of every kind: in a transaction and out of it, data that must be changed exactly once, a build on a
    /// plain and one on a partitioned table, a backfill, a function.
    package static let files = [
        "V1__tables.sql": """
        CREATE TABLE a (id int PRIMARY KEY, n int NOT NULL);
        INSERT INTO a SELECT g, 0 FROM generate_series(1, 200) g;
        CREATE TABLE p (id int, d date NOT NULL) PARTITION BY RANGE (d);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE p2 PARTITION OF p FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY LIST (id);
        CREATE TABLE p2x PARTITION OF p2 DEFAULT;
        INSERT INTO p SELECT g, date '2026-01-01' + g % 59 FROM generate_series(1, 500) g;
        """,
        "V2__mixed.sql": """
        UPDATE a SET n = n + 1;
        CREATE INDEX CONCURRENTLY a_n ON a (n) WHERE n > 0;
        UPDATE a SET n = n + 10;
        INSERT INTO a VALUES (1000, 7);
        VACUUM a;
        CREATE INDEX CONCURRENTLY p_d ON p (d, id);
        """,
        "V3__backfill.sql": """
        -- rssctl:backfill batch=40 key=id
        UPDATE a SET n = n + 100 WHERE n < 1000000;
        DROP INDEX CONCURRENTLY a_n;
        ALTER TABLE a ADD COLUMN m int;
        """,
        "R__total.sql": "CREATE OR REPLACE FUNCTION total() RETURNS bigint LANGUAGE sql AS $$ SELECT sum(n) FROM a $$;",
    ]

    /// Everything that the migrations make, as text.
    package static func state(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            """
            SELECT concat_ws('|', (SELECT string_agg(id || ':' || n, ',' ORDER BY id) FROM a), total(),
              (SELECT string_agg(concat_ws(' ', c.relname, i.indisvalid, i.indisready, pg_get_indexdef(i.indexrelid)), ';'
                                 ORDER BY c.relname)
               FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
               WHERE c.relnamespace = 'public'::regnamespace),
              (SELECT string_agg(version || chain, ',' ORDER BY sequence) FROM rssctl.migration),
              (SELECT string_agg(concat_ws(':', version, ordinal, state), ',' ORDER BY version, ordinal)
               FROM rssctl.migration_statement),
              (SELECT digest FROM rssctl.schema_fingerprint ORDER BY version DESC LIMIT 1),
              (SELECT count(*) FROM pg_attribute WHERE attrelid = 'a'::regclass AND attname = 'm'))
            """)
    }
}
