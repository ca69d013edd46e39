-- The relations that a statement may lock or rewrite.
--
-- No parameters. Columns:
--   oid         number of the relation
--   schema      its schema
--   name        its name
--   holds_rows  whether it is a table or a materialized view, with a file of its own
--   node        number of its file

SELECT c.oid::bigint AS oid, n.nspname::text AS schema, c.relname::text AS name, c.relkind IN ('r', 'm') AS holds_rows,
       c.relfilenode::bigint AS node
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
