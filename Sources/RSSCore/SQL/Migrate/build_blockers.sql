-- The sessions that a concurrent index build would wait for: of this database, with a snapshot, or with a lock on the
-- table that writes need; begun more than half a second ago.
-- $1 the table's oid
SELECT a.pid, a.usename::text, coalesce(a.application_name, ''), a.state,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8,
       left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 120)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND a.backend_type = 'client backend'
  AND a.xact_start < clock_timestamp() - interval '500 ms'
  AND (a.backend_xmin IS NOT NULL
       OR EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.granted AND l.relation = $1
                    AND l.mode IN ('RowExclusiveLock', 'ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
                                   'ExclusiveLock', 'AccessExclusiveLock')))
ORDER BY a.xact_start
LIMIT 5;
