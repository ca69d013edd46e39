-- The sessions of this database with the oldest transactions that hold a lock on a table: the likeliest to block
-- a lock just refused. The session that waited is gone from pg_locks by then, so its queue cannot be read any more.
-- Of other roles' sessions a role without pg_read_all_stats sees who they are, and not since when: those come last.
SELECT a.pid, a.usename::text, coalesce(a.application_name, ''), a.state,
       coalesce(extract(epoch FROM clock_timestamp() - a.xact_start), 0)::float8,
       left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 120)
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.pid <> pg_backend_pid() AND (a.xact_start IS NOT NULL OR a.backend_type IS NULL)
  AND EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND l.locktype = 'relation' AND l.granted)
ORDER BY a.xact_start NULLS LAST
LIMIT 5;
