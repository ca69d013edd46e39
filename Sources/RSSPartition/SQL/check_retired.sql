-- The partitions of a table that were taken out of it and are not dropped yet.
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
--   is_there    whether there is such a table, by its name and its OID, or its name and rssctl's trigger or CHECK
--   bytes       its size as of the last VACUUM or ANALYZE
--   id          of the record

SELECT format('%I.%I', r.partition_schema, r.partition_name) AS name, r.state,
       to_char(r.drop_after AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') AS drop_after, r.drop_after < now() AS is_due,
       c.oid IS NOT NULL AS is_there, coalesce(c.relpages, 0)::bigint * current_setting('block_size')::bigint AS bytes, r.id
FROM rssctl.partition_retired r
LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)
       ON c.relname = r.partition_name AND n.nspname = r.partition_schema AND c.relkind = 'r'
       AND (c.oid::bigint = r.partition_oid
            OR EXISTS (SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid JOIN pg_namespace s ON s.oid = f.pronamespace
                       WHERE g.tgrelid = c.oid AND f.proname = 'refuse_write' AND s.nspname = 'rssctl')
            OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'rssctl_bound' AND k.contype = 'c'))
WHERE r.schema_name = $1::text AND r.table_name = $2::text AND r.state IN ('detaching', 'quarantined', 'dropping')
ORDER BY r.id
