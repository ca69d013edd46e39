-- The tables that are partitioned by RANGE over one column of a date or a timestamp, partitions of others among them.
--
-- Columns: schema, name

SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = p.partattrs[0]
WHERE p.partstrat = 'r' AND p.partnatts = 1
  AND a.atttypid IN ('date'::regtype, 'timestamp'::regtype, 'timestamptz'::regtype)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'rssctl') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY 1, 2
