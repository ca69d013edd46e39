-- The partitioned tables that could be maintained by a policy: by RANGE over one column, not partitions themselves.
--
-- Columns: schema, name

SELECT n.nspname::text AS schema, c.relname::text AS name
FROM pg_partitioned_table p
JOIN pg_class c ON c.oid = p.partrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT c.relispartition
  AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'rssctl')
ORDER BY 1, 2
