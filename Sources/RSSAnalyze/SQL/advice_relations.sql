-- The relations that names of statements may mean.
--
-- Parameters:
--   $1  text[]  names of the statements, whatever they name
--   $2  text[]  the schemas of the search path
-- Columns: schema, name, both as SQL writes them, whether a rule rewrites what is written to it.
SELECT n.nspname::text, c.relname::text, format('%I.%I', n.nspname, c.relname),
       c.relkind = 'v' OR EXISTS (SELECT FROM pg_rewrite w WHERE w.ev_class = c.oid AND c.relkind IN ('r', 'p')) AS has_rules
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (n.nspname = ANY ($2::text[]) OR n.nspname = ANY ($1::text[]))
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
