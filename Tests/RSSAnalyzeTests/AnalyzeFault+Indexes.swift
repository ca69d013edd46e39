extension AnalyzeFault {
    /// Indexes.
    static let indexes: [AnalyzeFault] = [
        AnalyzeFault(
            "index.redundant",
            """
            CREATE TABLE t (id int PRIMARY KEY, a int, b int, c int, x text);
            CREATE INDEX prefix ON t (a); CREATE INDEX whole ON t (a, b);
            CREATE INDEX prefix_where ON t (c) WHERE b > 0; CREATE INDEX whole_where ON t (c, a) WHERE b > 0;
            CREATE INDEX down ON t (b DESC); CREATE INDEX b_then_c ON t (b, c);
            CREATE UNIQUE INDEX strict ON t (id, x); CREATE INDEX strict_prefix ON t (x text_pattern_ops); CREATE INDEX x_a ON t (x, a);
            CREATE INDEX partial ON t (x, b) WHERE a = 1; CREATE INDEX whole_xbc ON t (x, b, c); CREATE INDEX covering ON t (c) INCLUDE (x);
            """, names: ["public.prefix", "public.prefix_where"]),
        AnalyzeFault(
            "index.redundant",
            """
            CREATE TABLE m (id int, d date, a int, b int, c int) PARTITION BY RANGE (d);
            CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE INDEX m_a ON m (a); CREATE INDEX m_a_b ON m (a, b); CREATE INDEX m_c ON m (c);
            """, names: ["public.m_a"]),
        AnalyzeFault(
            "index.mostly_null",
            """
            CREATE TABLE t (id int PRIMARY KEY, x int, y int);
            INSERT INTO t SELECT g, CASE WHEN g % 50 = 0 THEN g END, CASE WHEN g % 2 = 0 THEN g END FROM generate_series(1, 200000) g;
            CREATE INDEX sparse ON t (x); CREATE INDEX sparse_partial ON t (x) WHERE x IS NOT NULL; CREATE INDEX half ON t (y); ANALYZE t;
            """, names: ["public.sparse"]),
        AnalyzeFault(
            "index.array_btree",
            """
            CREATE TABLE t (id int PRIMARY KEY, tags text[], n int); CREATE INDEX wrong ON t (tags); CREATE INDEX right_one ON t USING gin (tags);
            CREATE INDEX plain ON t (n); CREATE UNIQUE INDEX whole ON t (tags, n);
            """, names: ["public.wrong"]),
        AnalyzeFault(
            "index.uneven",
            """
            CREATE TABLE m (id int, d date) PARTITION BY RANGE (d);
            CREATE TABLE m_1 PARTITION OF m FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); CREATE TABLE m_2 PARTITION OF m FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            CREATE TABLE m_3 PARTITION OF m FOR VALUES FROM ('2026-03-01') TO ('2026-04-01');
            CREATE INDEX ON m_1 (id); CREATE INDEX ON m_2 (id); CREATE INDEX ON m_1 (d, id);
            INSERT INTO m SELECT g, date '2026-03-01' FROM generate_series(1, 100) g;
            CREATE TABLE e (id int, d date) PARTITION BY RANGE (d); CREATE INDEX ON e (id);
            CREATE TABLE e_1 PARTITION OF e FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); CREATE TABLE e_2 PARTITION OF e FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            CREATE TABLE e_3 PARTITION OF e FOR VALUES FROM ('2026-03-01') TO ('2026-04-01'); INSERT INTO e SELECT g, date '2026-03-01' FROM generate_series(1, 100) g; ANALYZE;
            """, names: ["public.m_3"]),
    ]
}
