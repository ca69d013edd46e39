-- Invalid copies of indexes that an interrupted REINDEX CONCURRENTLY has left and that no session is building: on tables,
-- their partitions, and the TOAST tables of all of them.
-- $1 names of tables or indexes, $2 a schema, all of whose tables count as well, or NULL, $3 whether all tables count
WITH named AS (
    SELECT coalesce(x.indrelid, to_regclass(name)) AS oid
    FROM unnest($1::text[]) AS name LEFT JOIN pg_index x ON x.indexrelid = to_regclass(name)
), wanted AS (
    SELECT coalesce(tree.relid, named.oid) AS oid FROM named LEFT JOIN LATERAL pg_partition_tree(named.oid) AS tree ON true
    UNION
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND ($3::boolean OR n.nspname = $2::text)
)
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND i.indrelid IN (SELECT w.oid FROM wanted w
                     UNION ALL SELECT t.reltoastrelid FROM wanted w JOIN pg_class t ON t.oid = w.oid)
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.relid = i.indrelid)
ORDER BY 1;
