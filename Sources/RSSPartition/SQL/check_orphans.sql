-- Partitions that were taken out of tables that no longer exist.
--
-- Columns:
--   name        the former partition
--   table_name  the table

SELECT format('%I.%I', n.nspname, c.relname) AS name, format('%I.%I', r.schema_name, r.table_name) AS table_name
FROM rssctl.partition_retired r
JOIN pg_class c ON c.relname = r.partition_name
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = r.partition_schema
WHERE r.state IN ('detaching', 'quarantined', 'dropping') AND NOT c.relispartition
  AND EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = c.oid AND g.tgname = 'rssctl_write_block')
  AND NOT EXISTS (SELECT FROM pg_class p JOIN pg_namespace s ON s.oid = p.relnamespace
                  WHERE s.nspname = r.schema_name AND p.relname = r.table_name AND p.relkind = 'p')
ORDER BY 1
