-- The table of an index to be built: its kind, and the sessions at work on its indexes.
-- $1 name as to_regclass reads it
SELECT c.oid::bigint, c.relkind::text, n.nspname::text, c.relname::text
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = to_regclass($1);
