-- Partitions with rows that are not where sessions expect them: DEFAULT partitions with rows, and those whose DETACH
-- CONCURRENTLY was begun and not finished. Of every partitioned table, by whatever strategy; takes no lock.
--
-- One row for each. Columns:
--   table_schema, table_name   the partitioned table
--   schema, name               the partition
--   is_default                 it is the DEFAULT partition and holds rows; else its detach is pending
--   estimated_rows             as far as the statistics know

SELECT pn.nspname::text AS table_schema, p.relname::text AS table_name, n.nspname::text AS schema, c.relname::text AS name,
       NOT i.inhdetachpending AS is_default,
       greatest(c.reltuples, pg_stat_get_live_tuples(c.oid), 0)::float8 AS estimated_rows
FROM pg_inherits i
JOIN pg_class c ON c.oid = i.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = i.inhparent
JOIN pg_namespace pn ON pn.oid = p.relnamespace
LEFT JOIN pg_partitioned_table t ON t.partrelid = i.inhparent AND t.partdefid = i.inhrelid
WHERE p.relkind = 'p'
  AND (i.inhdetachpending
       OR t.partdefid IS NOT NULL AND greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) > 0)
  AND pn.nspname NOT IN ('pg_catalog', 'information_schema') AND pn.nspname !~ '^pg_(toast|temp_)'
ORDER BY estimated_rows DESC, schema, name
