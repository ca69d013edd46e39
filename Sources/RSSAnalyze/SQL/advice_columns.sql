-- The statistics of columns, from which values for the parameters of statements are taken. Of a partitioned table that was never
-- analyzed as a whole they are those of its largest partition.
--
-- Parameters:
--   $1  bigint[]  the tables
--   $2  text[]    the columns
-- Columns: table, column, its type, the part of rows that are NULL, n_distinct as pg_stats has it, the average width, the most
-- common values (at most 50) with their parts of the rows, the bounds of the histogram (about 100).
WITH RECURSIVE wanted AS (
    SELECT DISTINCT u.rel::oid AS rel, u.col FROM unnest($1::bigint[], $2::text[]) AS u (rel, col)
), member (top, oid) AS (
    SELECT DISTINCT w.rel, w.rel FROM wanted w
    UNION ALL
    SELECT m.top, i.inhrelid FROM member m JOIN pg_inherits i ON i.inhparent = m.oid
    JOIN pg_class c ON c.oid = m.oid AND c.relkind = 'p'
), largest AS MATERIALIZED (
    SELECT DISTINCT ON (m.top) m.top, n.nspname, c.relname
    FROM member m JOIN pg_class c ON c.oid = m.oid AND c.relkind <> 'p' JOIN pg_namespace n ON n.oid = c.relnamespace
    ORDER BY m.top, c.reltuples DESC
)
SELECT w.rel::bigint, w.col, format_type(a.atttypid, NULL), coalesce(s.null_frac, 0)::double precision,
       coalesce(s.n_distinct, 0)::double precision, coalesce(s.avg_width, 16)::int,
       coalesce((s.most_common_vals::text::text[])[1:50], '{}'),
       coalesce((s.most_common_freqs::double precision[])[1:50], '{}'),
       ARRAY(SELECT h.bound FROM unnest(s.histogram_bounds::text::text[]) WITH ORDINALITY AS h (bound, place)
             WHERE (h.place - 1) % greatest(1, (array_length(s.histogram_bounds::text::text[], 1) - 1) / 100) = 0
             ORDER BY h.place)
FROM wanted w JOIN pg_class c ON c.oid = w.rel JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = w.rel AND a.attname = w.col AND NOT a.attisdropped
LEFT JOIN LATERAL (
    SELECT x.* FROM (
        SELECT p.*, 0 AS place FROM pg_stats p
        WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.attname = w.col AND p.inherited = (c.relkind = 'p')
        UNION ALL
        SELECT p.*, 1 FROM largest l JOIN pg_stats p
            ON p.schemaname = l.nspname AND p.tablename = l.relname AND p.attname = w.col AND NOT p.inherited
        WHERE l.top = w.rel AND c.relkind = 'p'
    ) x ORDER BY x.place LIMIT 1
) s ON true
