extension AnalyzeFault {
    /// Bloat.
    static let bloat: [AnalyzeFault] = [
        AnalyzeFault(
            "index.bloat",
            """
            CREATE TABLE t (id int, x text) WITH (autovacuum_enabled = off); INSERT INTO t SELECT g, md5(g::text) FROM generate_series(1, 600000) g;
            CREATE INDEX swollen ON t (x); CREATE TABLE sound AS SELECT * FROM t; CREATE INDEX sound_x ON sound (x);
            DELETE FROM t WHERE id % 10 > 0; SELECT pg_stat_force_next_flush();
            VACUUM ANALYZE t;
            ANALYZE sound;
            """, names: ["public.swollen"]),
        AnalyzeFault(
            "table.bloat",
            """
            CREATE TABLE t (id int PRIMARY KEY, x text) WITH (autovacuum_enabled = off); INSERT INTO t SELECT g, repeat('x', 200) FROM generate_series(1, 150000) g;
            CREATE TABLE sound AS SELECT * FROM t; CREATE TABLE wide WITH (fillfactor = 50) AS SELECT * FROM t;
            DELETE FROM t WHERE id % 5 > 0; SELECT pg_stat_force_next_flush();
            VACUUM ANALYZE t;
            ANALYZE sound; ANALYZE wide;
            """, names: ["public.t"]),
    ]
}
