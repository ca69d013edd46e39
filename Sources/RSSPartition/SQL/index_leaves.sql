-- The indexes of the leaves of a partitioned table, or those that belong to one of its indexes, in the order of the
-- leaves' names. Invalid copies that an interrupted REINDEX CONCURRENTLY has left are excluded.
--
-- Parameters:
--   $1  text  the partitioned table, or its index, as to_regclass reads it
--
-- Columns:
--   index_schema, index_name, table_schema, table_name
--   bytes      its size

WITH tree AS (
    SELECT relid FROM pg_partition_tree(to_regclass($1::text)) WHERE isleaf
), leaf AS (
    SELECT i.indexrelid, i.indrelid, i.indisvalid FROM tree JOIN pg_index i ON i.indexrelid = tree.relid WHERE i.indislive
    UNION ALL
    SELECT i.indexrelid, i.indrelid, i.indisvalid FROM tree JOIN pg_index i ON i.indrelid = tree.relid WHERE i.indislive
)
SELECT xn.nspname::text AS index_schema, x.relname::text AS index_name, tn.nspname::text AS table_schema, t.relname::text AS table_name,
       pg_relation_size(x.oid) AS bytes
FROM leaf
JOIN pg_class x ON x.oid = leaf.indexrelid
JOIN pg_namespace xn ON xn.oid = x.relnamespace
JOIN pg_class t ON t.oid = leaf.indrelid
JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE leaf.indisvalid OR x.relname !~ '_cc(new|old)[0-9]*$'
ORDER BY t.relname, x.relname
