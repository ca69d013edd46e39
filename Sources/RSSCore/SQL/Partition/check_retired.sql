-- The partitions of a table that were taken out of it and are not gone yet.
--
-- Parameters:
--   $1  text  schema
--   $2  text  table
--
-- Columns:
--   name        the former partition
--   state       detaching, quarantined, dropping
--   drop_after  when it may be dropped, to the minute in UTC
--   is_due      whether that is past
--   is_there    whether there is such a table
--   bytes       its size as of the last VACUUM or ANALYZE
--   id          of the record

SELECT format('%I.%I', r.partition_schema, r.partition_name) AS name, r.state,
       to_char(r.drop_after AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS drop_after, r.drop_after < now() AS is_due,
       c.oid IS NOT NULL AS is_there, coalesce(c.relpages, 0)::bigint * current_setting('block_size')::bigint AS bytes, r.id
FROM rssctl.partition_retired r
LEFT JOIN pg_class c ON c.oid = r.partition_oid::oid
WHERE r.schema_name = $1::text AND r.table_name = $2::text AND r.state IN ('detaching', 'quarantined', 'dropping')
ORDER BY r.id
