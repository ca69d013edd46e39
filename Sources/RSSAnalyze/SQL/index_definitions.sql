-- The statements that create indexes again, of those whose table no session has locked exclusively.
--
-- Parameters:
--   $1  text[]  the indexes with their schemas, quoted
SELECT w.name, pg_get_indexdef(i.indexrelid)
FROM unnest($1::text[]) AS w (name)
JOIN pg_index i ON i.indexrelid = to_regclass(w.name)
WHERE NOT EXISTS (SELECT FROM pg_locks l
                  WHERE l.relation = i.indrelid AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                    AND l.mode = 'AccessExclusiveLock')
