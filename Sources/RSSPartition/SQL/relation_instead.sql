-- What a name means that is not a partitioned table's.
--
-- Parameters:
--   $1  text  schema
--   $2  text  name
--
-- One row:
--   kind           relkind of what has the name; NULL for nothing
--   parent_schema  schema of the partitioned table whose partition it is; NULL for none
--   parent_name    name of that table

SELECT c.relkind::text AS kind, pn.nspname::text AS parent_schema, p.relname::text AS parent_name
FROM (SELECT $1::text AS schema, $2::text AS name) AS asked
LEFT JOIN pg_namespace n ON n.nspname::text = asked.schema
LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname::text = asked.name
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
LEFT JOIN pg_class p ON p.oid = i.inhparent AND p.relkind = 'p'
LEFT JOIN pg_namespace pn ON pn.oid = p.relnamespace
LIMIT 1
