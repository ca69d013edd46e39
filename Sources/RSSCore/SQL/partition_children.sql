-- The partitions right below a partitioned table. Foreign tables have no indexes and are left out.
-- $1 the table's oid
SELECT c.oid::bigint, c.relkind::text, n.nspname::text, c.relname::text
FROM pg_inherits h
JOIN pg_class c ON c.oid = h.inhrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE h.inhparent = $1 AND NOT h.inhdetachpending AND c.relkind <> 'f'
ORDER BY n.nspname, c.relname;
