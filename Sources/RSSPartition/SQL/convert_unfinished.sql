-- The conversions that were begun and have not ended, of tables that are plain.
--
-- Columns:
--   schema, name  the table
--   begun         when, to the minute in UTC
--   phase         convert, or restored for one that is being undone

SELECT n.nspname::text AS schema, c.relname::text AS name,
       to_char(w.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS begun, w.phase
FROM rssctl.partition_work w
JOIN pg_namespace n ON n.nspname::text = w.schema_name
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname::text = w.table_name AND c.relkind = 'r'
WHERE w.kind = 'convert' AND w.state = 'active'
ORDER BY w.id
