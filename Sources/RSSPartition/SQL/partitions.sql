-- The partitions of a table that is partitioned by RANGE over one column, with their bounds, from the catalog.
--
-- Parameters:
--   $1  oid      the partitioned table
--   $2  text     kind of its key: date, timestamp, timestamptz, integer or uuid
--   $3  boolean  whether sizes are wanted: of a thousand partitions they take as long as the rest
--
-- One row for each direct partition, in the order of the lower bound, DEFAULT last. Columns:
--   oid, schema, name   the partition
--   definition          the bound as PostgreSQL writes it
--   is_default          it is the DEFAULT partition
--   lower_point         inclusive lower bound on the axis of the key: microseconds since 1970-01-01, or the number; NULL
--                       for MINVALUE and DEFAULT; a value beyond the axis is its end
--   upper_point         exclusive upper bound, likewise
--   lower_open          the lower bound is MINVALUE
--   upper_open          the upper bound is MAXVALUE
--   detach_pending      DETACH CONCURRENTLY was begun and not finished: its rows are invisible through the parent
--   is_partitioned      it is itself a partitioned table
--   is_foreign          it is a foreign table
--   takes_no_writes     rssctl's trigger that refuses writes is on it, or on DEFAULT its CHECK that refuses rows
--   estimated_rows      pg_class.reltuples; -1 if never vacuumed or analyzed
--   total_bytes         table, its TOAST table and its indexes, from relpages (as of the last VACUUM or ANALYZE); NULL if not wanted

WITH leaf AS MATERIALIZED (
    SELECT c.oid, c.relname, n.nspname, c.relhastriggers, c.reltuples, c.relkind, c.relpages, c.reltoastrelid, i.inhdetachpending,
           pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE i.inhparent = $1::oid
), parsed AS MATERIALIZED (
    -- FOR VALUES FROM (…) TO (…), where … is MINVALUE, MAXVALUE, a number or a quoted literal; none of the types writes
    -- a quote or a parenthesis. Split and not matched: of a thousand partitions, expressions take longer than all else.
    SELECT leaf.*, ARRAY[btrim(split_part(split_part(bound, '(', 2), ')', 1), ''''),
                         btrim(split_part(split_part(bound, '(', 3), ')', 1), '''')] AS m
    FROM leaf
), points AS (
    SELECT parsed.*,
           CASE WHEN m[1] IN ('MINVALUE', '') THEN NULL
                WHEN m[1] = '-infinity' THEN -9223372036854775808
                WHEN m[1] = 'infinity' THEN 9223372036854775807
                WHEN $2 = 'integer' THEN m[1]::numeric
                WHEN $2 = 'date' THEN (m[1]::date - date '1970-01-01')::numeric * 86400000000
                WHEN $2 = 'timestamp' THEN extract(epoch FROM m[1]::timestamp) * 1000000
                WHEN $2 = 'timestamptz' THEN extract(epoch FROM m[1]::timestamptz) * 1000000
                WHEN $2 = 'uuid' THEN ('x' || left(replace(m[1], '-', ''), 12))::bit(48)::bigint::numeric * 1000 END AS lo,
           CASE WHEN m[2] IN ('MAXVALUE', '') THEN NULL
                WHEN m[2] = '-infinity' THEN -9223372036854775808
                WHEN m[2] = 'infinity' THEN 9223372036854775807
                WHEN $2 = 'integer' THEN m[2]::numeric
                WHEN $2 = 'date' THEN (m[2]::date - date '1970-01-01')::numeric * 86400000000
                WHEN $2 = 'timestamp' THEN extract(epoch FROM m[2]::timestamp) * 1000000
                WHEN $2 = 'timestamptz' THEN extract(epoch FROM m[2]::timestamptz) * 1000000
                WHEN $2 = 'uuid' THEN ('x' || left(replace(m[2], '-', ''), 12))::bit(48)::bigint::numeric * 1000 END AS hi
    FROM parsed
)
SELECT oid::bigint, nspname::text AS schema, relname::text AS name, bound AS definition,
       coalesce(bound = 'DEFAULT', false) AS is_default,
       least(greatest(lo, -9223372036854775808), 9223372036854775807)::bigint AS lower_point,
       least(greatest(hi, -9223372036854775808), 9223372036854775807)::bigint AS upper_point,
       coalesce(m[1] = 'MINVALUE', false) AS lower_open,
       coalesce(m[2] = 'MAXVALUE', false) AS upper_open,
       inhdetachpending AS detach_pending,
       relkind = 'p' AS is_partitioned,
       relkind = 'f' AS is_foreign,
       relhastriggers AND EXISTS (
           SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid JOIN pg_namespace s ON s.oid = f.pronamespace
           WHERE g.tgrelid = points.oid AND g.tgname = 'rssctl_write_block' AND g.tgenabled <> 'D'
             AND f.proname = 'refuse_write' AND s.nspname = 'rssctl')
       OR coalesce(bound = 'DEFAULT', false) AND EXISTS (
           SELECT FROM pg_constraint k WHERE k.conrelid = points.oid AND k.conname = 'rssctl_guard' AND k.contype = 'c')
       AS takes_no_writes,
       reltuples::float8 AS estimated_rows,
       CASE WHEN $3 THEN
           (relpages::bigint
            + coalesce((SELECT t.relpages FROM pg_class t WHERE t.oid = points.reltoastrelid), 0)
            + coalesce((SELECT sum(x.relpages) FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = points.oid), 0)
           )::bigint * current_setting('block_size')::bigint
       END AS total_bytes
FROM points
ORDER BY is_default, lower_open DESC, lower_point, name
