-- The first visit date of each partition of a table that is partitioned by ranges of dates, and how many rows it has as
-- of its last ANALYZE. No row for a table of another kind.
--
-- Parameters: $1 text, the table.
-- Columns: lower date, rows float8.

SELECT b.lower::date AS lower, greatest(b.reltuples, 0)::float8 AS rows
FROM (
    SELECT substring(pg_get_expr(c.relpartbound, c.oid) FROM '^FOR VALUES FROM \(''(\d{4,}-\d\d-\d\d(?: BC)?)''\)') AS lower,
           c.reltuples
    FROM pg_partitioned_table p
    JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0] AND a.atttypid = 'date'::regtype
    JOIN pg_inherits i ON i.inhparent = p.partrelid AND NOT i.inhdetachpending
    JOIN pg_class c ON c.oid = i.inhrelid
    WHERE p.partrelid = to_regclass($1::text) AND p.partstrat = 'r' AND p.partnatts = 1 AND a.attname = 'visit_date'
) b
WHERE b.lower IS NOT NULL
ORDER BY 1
