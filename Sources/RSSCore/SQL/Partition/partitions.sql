-- The partitions of a partitioned table with their bounds, from the catalog.
--
-- Parameters:
--   $1  text  schema of the partitioned table
--   $2  text  its name
--
-- One row for each direct partition, in the order of the lower bound, DEFAULT last. Columns:
--   schema, name, oid   the partition
--   is_default          it is the DEFAULT partition
--   lower_bound         inclusive lower bound as text (a date as YYYY-MM-DD whatever DateStyle is); NULL if is_default or lower_is_minvalue,
--                       or if the key is not RANGE over a single column
--   upper_bound         exclusive upper bound, likewise
--   lower_is_minvalue, upper_is_maxvalue   the bound is MINVALUE or MAXVALUE
--   bound               the bound as PostgreSQL writes it
--   detach_pending      DETACH CONCURRENTLY was begun and not finished: its rows are invisible through the parent
--   estimated_rows      pg_class.reltuples; -1 if never vacuumed or analyzed
--   total_bytes         table, its TOAST table and its indexes, from relpages (as of the last VACUUM or ANALYZE)
--   is_partitioned      it is itself a partitioned table

WITH parent AS (
    SELECT c.oid, p.partstrat = 'r' AND p.partnatts = 1 AS single_range,
           format_type(a.atttypid, NULL) AS key_type
    FROM pg_partitioned_table p
    JOIN pg_class c ON c.oid = p.partrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND a.attnum > 0
    WHERE n.nspname = $1::text AND c.relname = $2::text
), leaf AS (
    SELECT c.oid, c.relname, n.nspname, c.reltuples, c.relkind, c.relpages, c.reltoastrelid, i.inhdetachpending,
           parent.single_range, parent.key_type,
           pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM parent
    JOIN pg_inherits i ON i.inhparent = parent.oid
    JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
), parsed AS (
    SELECT leaf.*,
           -- A bound is MINVALUE, MAXVALUE, a number, or a quoted literal in which a quote is doubled. A literal may
           -- contain anything, also ') TO (', so quotes are matched.
           regexp_match(bound, '^FOR VALUES FROM \(((?:''(?:[^'']|'''')*''|[^'']+?))\) TO \(((?:''(?:[^'']|'''')*''|[^'']+?))\)$') AS m
    FROM leaf
), bounds AS (
    SELECT parsed.*,
           CASE WHEN single_range AND m[1] <> 'MINVALUE' THEN
               CASE WHEN m[1] LIKE '''%' THEN replace(substr(m[1], 2, length(m[1]) - 2), '''''', '''') ELSE m[1] END
           END AS lo,
           CASE WHEN single_range AND m[2] <> 'MAXVALUE' THEN
               CASE WHEN m[2] LIKE '''%' THEN replace(substr(m[2], 2, length(m[2]) - 2), '''''', '''') ELSE m[2] END
           END AS hi
    FROM parsed
)
SELECT nspname::text AS schema,
       relname::text AS name,
       oid,
       bound = 'DEFAULT' AS is_default,
       CASE WHEN key_type = 'date' AND lo NOT LIKE '%infinity' THEN to_char(lo::date, 'YYYY-MM-DD') ELSE lo END AS lower_bound,
       CASE WHEN key_type = 'date' AND hi NOT LIKE '%infinity' THEN to_char(hi::date, 'YYYY-MM-DD') ELSE hi END AS upper_bound,
       coalesce(single_range AND m[1] = 'MINVALUE', false) AS lower_is_minvalue,
       coalesce(single_range AND m[2] = 'MAXVALUE', false) AS upper_is_maxvalue,
       bound,
       inhdetachpending AS detach_pending,
       reltuples::double precision AS estimated_rows,
       (relpages::bigint
        + coalesce((SELECT t.relpages FROM pg_class t WHERE t.oid = reltoastrelid), 0)
        + coalesce((SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = bounds.oid), 0)
       )::bigint * current_setting('block_size')::bigint AS total_bytes,
       relkind = 'p' AS is_partitioned
FROM bounds
ORDER BY is_default, lower_is_minvalue DESC,
         CASE WHEN key_type IN ('smallint', 'integer', 'bigint', 'numeric') THEN lo::numeric END,
         CASE WHEN key_type = 'date' THEN lo::date END,
         CASE WHEN key_type LIKE 'timestamp%' THEN lo::timestamptz END,
         lo COLLATE "C", name
