-- What a name of an index or a partitioned table means to the verbs on indexes of partitioned tables.
--
-- Parameters:
--   $1  text  the name as to_regclass reads it
--
-- No row: there is nothing of this name. Columns:
--   kind               relkind: I an index of a partitioned table, i another index, p a partitioned table, …
--   schema, name       it
--   table_schema, table_name  the table it is on, or itself
--   parent             the index of a partitioned table that it is attached to; NULL for none
--   constraint_name    the constraint that it makes hold; NULL for none
--   is_identity        it is the replica identity of its table

SELECT c.relkind::text AS kind, n.nspname::text AS schema, c.relname::text AS name, tn.nspname::text AS table_schema, t.relname::text AS table_name,
       (SELECT h.inhparent::regclass::text FROM pg_inherits h WHERE h.inhrelid = c.oid AND c.relkind IN ('i', 'I')) AS parent,
       (SELECT k.conname::text FROM pg_constraint k WHERE k.conindid = c.oid AND k.contype IN ('p', 'u', 'x') LIMIT 1) AS constraint_name,
       coalesce(i.indisreplident, false) AS is_identity
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = c.oid
JOIN pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
JOIN pg_namespace tn ON tn.oid = t.relnamespace
WHERE c.oid = to_regclass($1::text)
