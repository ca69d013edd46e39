-- The sessions that a concurrent index build would wait for: of this database, with a snapshot, or with a lock on the
-- table that writes need; begun more than half a second ago. A role without pg_read_all_stats sees neither snapshots nor
-- since when others' transactions are open: of those, the ones that hold such a lock come with their number only.
-- $1 the table's oid
SELECT a.pid, a.usename::text, coalesce(a.application_name, ''), a.state,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8,
       left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 120),
       CASE WHEN a.backend_type IS NULL THEN held.virtualtransaction END AS hidden
FROM pg_stat_activity a
LEFT JOIN LATERAL (
    SELECT l.virtualtransaction FROM pg_locks l
    WHERE l.pid = a.pid AND l.granted AND l.relation = $1
      AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
                     'ExclusiveLock', 'AccessExclusiveLock')
    LIMIT 1) AS held ON true
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
  AND CASE WHEN a.backend_type IS NULL THEN held.virtualtransaction IS NOT NULL
           ELSE a.backend_type = 'client backend' AND a.xact_start < clock_timestamp() - interval '500 ms'
                AND (a.backend_xmin IS NOT NULL OR held.virtualtransaction IS NOT NULL) END
ORDER BY a.xact_start
LIMIT 50;
