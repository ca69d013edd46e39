-- The foreign keys of a table that is not a partition, and what they reference. Of a key to a partitioned table the catalog
-- has a row for each partition of that one as well, which goes with the key and cannot be dropped by itself; but that
-- partition is locked like the others.
--
-- Parameters:
--   $1  text  the table, as to_regclass reads it
--
-- Columns:
--   name              the constraint; NULL for a part of another one
--   schema, relation  what it references

SELECT CASE WHEN k.conparentid = 0 THEN k.conname::text END AS name, n.nspname::text AS schema, c.relname::text AS relation
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.confrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conrelid = to_regclass($1)
ORDER BY k.oid
