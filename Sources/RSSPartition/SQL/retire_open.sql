-- The partitions of a table that were taken out of it, or are being taken out, and not dropped or reattached.
--
-- Parameters:
--   $1  text  schema of the partitioned table
--   $2  text  its name
--   $3  text  kind of its key: date, timestamp, timestamptz, integer or uuid
--   $4  timestamptz  the time that counts as now; NULL for the server's own
--
-- Columns:
--   id                        of the record
--   partition_oid, partition_schema, partition_name   the partition; its OID of now, which a restored dump has changed
--   definition                its bound as PostgreSQL wrote it
--   lower_point, upper_point  its bound on the axis of the key; NULL for MINVALUE and MAXVALUE
--   state                     detaching, quarantined, dropping
--   archive, archive_digest   of its verified archive
--   removed                   what was deleted already of the rows that belong to it
--   drop_after                when its quarantine is over
--   is_due                    whether that is past
--   is_there                  it is there: the table of that name and OID, or of that name that has rssctl's trigger or CHECK
--   is_attached               it is a partition of the table, be it half detached
--   is_pending                it is half detached

WITH retired AS MATERIALIZED (
    SELECT * FROM rssctl.partition_retired
    WHERE schema_name = $1 AND table_name = $2 AND state IN ('detaching', 'quarantined', 'dropping')
), points AS (
    SELECT r.*, v.point, v.side
    FROM retired r
    CROSS JOIN LATERAL (VALUES ('lower', lower_bound), ('upper', upper_bound)) AS b (side, text)
    CROSS JOIN LATERAL (SELECT b.side, CASE $3
        WHEN 'integer' THEN b.text::numeric
        WHEN 'date' THEN (b.text::date - date '1970-01-01')::numeric * 86400000000
        WHEN 'timestamp' THEN extract(epoch FROM b.text::timestamp) * 1000000
        WHEN 'timestamptz' THEN extract(epoch FROM b.text::timestamptz) * 1000000
        WHEN 'uuid' THEN ('x' || left(replace(b.text, '-', ''), 12))::bit(48)::bigint::numeric * 1000 END AS point) AS v
)
SELECT p.id, coalesce(max(c.oid::bigint), p.partition_oid) AS partition_oid, p.partition_schema, p.partition_name, p.definition,
       max(least(greatest(p.point, -9223372036854775808), 9223372036854775807)) FILTER (WHERE p.side = 'lower' AND p.point IS NOT NULL)::bigint AS lower_point,
       max(least(greatest(p.point, -9223372036854775808), 9223372036854775807)) FILTER (WHERE p.side = 'upper' AND p.point IS NOT NULL)::bigint AS upper_point,
       p.state, p.archive, p.archive_digest, p.removed::text AS removed, p.drop_after,
       p.drop_after <= coalesce($4::timestamptz, clock_timestamp()) AS is_due,
       bool_or(c.oid IS NOT NULL) AS is_there, bool_or(i.inhrelid IS NOT NULL) AS is_attached,
       coalesce(bool_or(i.inhdetachpending), false) AS is_pending
FROM points p
LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)
       ON c.relname = p.partition_name AND n.nspname = p.partition_schema AND c.relkind = 'r'
       AND (c.oid::bigint = p.partition_oid
            OR EXISTS (SELECT FROM pg_trigger g JOIN pg_proc f ON f.oid = g.tgfoid JOIN pg_namespace s ON s.oid = f.pronamespace
                       WHERE g.tgrelid = c.oid AND f.proname = 'refuse_write' AND s.nspname = 'rssctl')
            OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'rssctl_bound' AND k.contype = 'c'))
LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = to_regclass(format('%I.%I', $1, $2))
GROUP BY p.id, p.partition_oid, p.partition_schema, p.partition_name, p.definition, p.state, p.archive, p.archive_digest,
         p.removed::text, p.drop_after
ORDER BY p.id
