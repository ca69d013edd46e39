-- Invalid copies of indexes that an interrupted REINDEX CONCURRENTLY has left behind and nobody is at work on.
-- $1 names of tables or indexes
SELECT format('%I.%I', n.nspname, c.relname)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT i.indisvalid AND c.relname ~ '_cc(new|old)[0-9]*$'
  AND i.indrelid IN (SELECT coalesce(x.indrelid, to_regclass(name))
                     FROM unnest($1::text[]) AS name LEFT JOIN pg_index x ON x.indexrelid = to_regclass(name))
  AND NOT EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.relid = i.indrelid)
ORDER BY 1;
