-- The statements that create indexes again, of those whose table no session has locked exclusively.
--
-- Parameters:
--   $1  text[]  the indexes with their schemas, quoted
-- Of a partitioned index as it is to be created again: on all partitions, and not ON ONLY its table.
SELECT w.name, CASE WHEN c.relkind = 'I' THEN regexp_replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') ELSE pg_get_indexdef(i.indexrelid) END
FROM unnest($1::text[]) AS w (name)
JOIN pg_index i ON i.indexrelid = to_regclass(w.name)
JOIN pg_class c ON c.oid = i.indexrelid
WHERE NOT EXISTS (SELECT FROM pg_locks l
                  WHERE l.relation = i.indrelid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND l.mode = 'AccessExclusiveLock')
