-- check: archiver.failing
-- title: WAL that cannot be archived
-- severity: critical
-- needs: none
-- why: WAL that archive_command refuses stays on the disk until it is full, and a restore to a point in time
--      ends before it.
-- threshold: the last attempt failed
-- source: PostgreSQL documentation, 26.3.1 Setting Up WAL Archiving

SELECT 'archive_command' AS object,
       format('%s failed at %s; %s failures, the last success %s.', a.last_failed_wal, to_char(a.last_failed_time, 'YYYY-MM-DD HH24:MI TZ'), a.failed_count,
              coalesce('at ' || to_char(a.last_archived_time, 'YYYY-MM-DD HH24:MI TZ'), 'never')) AS detail,
       a.failed_count::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_stat_archiver a
WHERE current_setting('archive_mode') <> 'off'
  AND a.last_failed_time > coalesce(a.last_archived_time, '-infinity')
