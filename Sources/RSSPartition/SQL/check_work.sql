-- Work on the partitioning of a table that was begun and has not ended.
--
-- Parameters:
--   $1  text  schema
--   $2  text  table
--
-- Columns: kind, phase, started_at (to the minute in UTC)

SELECT w.kind, w.phase, to_char(w.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS started_at
FROM rssctl.partition_work w
WHERE w.schema_name = $1::text AND w.table_name = $2::text AND w.state = 'active'
