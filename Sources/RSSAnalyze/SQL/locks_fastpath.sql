-- check: locks.fastpath
-- title: Statements that need more locks than the fast path has
-- severity: info
-- needs: pg_monitor
-- why: A session has few places for locks that need no shared memory (16 up to PostgreSQL 17, from 18 on as
--      many as max_locks_per_transaction). A statement over more tables, partitions and indexes takes the
--      others one by one under a lock that all sessions share.
-- threshold: a session with 100 relation locks beyond them
-- source: PostgreSQL source, src/backend/storage/lmgr/README, Fast Path Locking
-- trial: BEGIN; SELECT count(*) over a table of 150 partitions

SELECT format('pid %s', l.pid) AS object,
       format('%s locks on relations, %s of them not by the fast path; user %s, application %s.', count(*), count(*) FILTER (WHERE NOT l.fastpath), min(a.usename),
              coalesce(nullif(min(a.application_name), ''), 'not named')) AS detail,
       (count(*) FILTER (WHERE NOT l.fastpath))::double precision AS measured,
       100::double precision AS threshold,
       NULL::text AS fix
FROM pg_locks l
JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'relation' AND l.mode IN ('AccessShareLock', 'RowShareLock', 'RowExclusiveLock')
  AND l.pid <> pg_backend_pid()
GROUP BY l.pid
HAVING count(*) FILTER (WHERE NOT l.fastpath) >= 100
ORDER BY measured DESC
