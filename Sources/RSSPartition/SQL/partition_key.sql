-- The partition key of a partitioned table.
--
-- Parameters:
--   $1  text  schema
--   $2  text  table
--
-- No row: no such table, or it is not partitioned. Columns:
--   oid             the table
--   is_range        whether it is partitioned by RANGE over one column
--   key_column      that column; NULL for an expression
--   key_kind        date, timestamp, timestamptz, integer, uuid; NULL for another type
--   key_definition  the key as SQL writes it, for example: RANGE (visit_date)
--   not_null        whether the column is NOT NULL
--   highest         the highest number of a smallint or integer; NULL for other types

SELECT c.oid::bigint,
       p.partstrat = 'r' AND p.partnatts = 1 AS is_range,
       a.attname::text AS key_column,
       CASE a.atttypid
           WHEN 'date'::regtype THEN 'date'
           WHEN 'timestamp'::regtype THEN 'timestamp'
           WHEN 'timestamptz'::regtype THEN 'timestamptz'
           WHEN 'smallint'::regtype THEN 'integer'
           WHEN 'integer'::regtype THEN 'integer'
           WHEN 'bigint'::regtype THEN 'integer'
           WHEN 'uuid'::regtype THEN 'uuid'
       END AS key_kind,
       pg_get_partkeydef(c.oid) AS key_definition,
       coalesce(a.attnotnull, false) AS not_null,
       CASE a.atttypid WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647 END::bigint AS highest
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0] AND p.partattrs[0] <> 0
WHERE n.nspname = $1::text
  AND c.relname = $2::text
