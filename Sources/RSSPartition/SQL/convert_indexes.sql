-- The indexes of a table that its partitioned form has as well.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text[]  names that are left out
--
-- Columns:
--   name         the index
--   is_primary   it is the primary key
--   constraint_definition  of its constraint; NULL for none
--   definition   the CREATE INDEX
--   constraint_comment, comment  on the constraint, and on the index; NULL for none

SELECT c.relname::text AS name, i.indisprimary AS is_primary, pg_get_constraintdef(k.oid) AS constraint_definition,
       pg_get_indexdef(i.indexrelid) AS definition,
       obj_description(k.oid, 'pg_constraint') AS constraint_comment, obj_description(c.oid, 'pg_class') AS comment
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u')
WHERE i.indrelid = $1::oid AND NOT c.relname = ANY ($2::text[])
ORDER BY c.relname
