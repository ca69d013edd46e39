-- When a table may be dropped that was taken out of its partitioned table.
--
-- Parameters:
--   $1  text  schema
--   $2  text  name
--
-- One column: the day in UTC; no row for a table that was not taken out.

SELECT to_char(r.drop_after AT TIME ZONE 'UTC', 'YYYY-MM-DD')
FROM rssctl.partition_retired r
WHERE r.partition_schema = $1 AND r.partition_name = $2 AND r.state IN ('quarantined', 'dropping')
ORDER BY r.id DESC
LIMIT 1
