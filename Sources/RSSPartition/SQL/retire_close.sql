-- Closes the records of partitions that were dropped outside rssctl: nothing is left to be done with them. One of another
-- name is still the same by its OID, and one of another OID, out of a dump, by its name and rssctl's trigger or CHECK.
--
-- Parameters:
--   $1  text  schema of the partitioned table
--   $2  text  its name

UPDATE rssctl.partition_retired AS r SET state = 'dropped', ended_at = clock_timestamp()
WHERE r.schema_name = $1 AND r.table_name = $2 AND r.state IN ('detaching', 'quarantined', 'dropping')
  AND NOT EXISTS (
      SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE (c.oid::bigint = r.partition_oid OR c.relname = r.partition_name AND n.nspname = r.partition_schema)
        AND c.relkind = 'r'
        AND (c.oid::bigint = r.partition_oid AND c.relname = r.partition_name AND n.nspname = r.partition_schema
             OR EXISTS (SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid JOIN pg_namespace s ON s.oid = f.pronamespace
                       WHERE g.tgrelid = c.oid AND f.proname = 'refuse_write' AND s.nspname = 'rssctl')
             OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'rssctl_bound' AND k.contype = 'c')))
