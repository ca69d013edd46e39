-- check: session.blocked
-- title: Blocked sessions
-- severity: critical
-- needs: pg_monitor
-- why: Sessions that wait for a lock for five seconds and more, attributed to the session or prepared transaction at
--      the root of the queue, which itself waits for none. A prepared transaction has no process; PostgreSQL
--      calls it pid 0.
-- threshold: 5 seconds
-- source: PostgreSQL documentation, 9.26 pg_blocking_pids, 54.12 pg_locks
-- trial: BEGIN; LOCK TABLE t, and SELECT from t in another session

WITH RECURSIVE waiter AS MATERIALIZED (
    SELECT a.pid, pg_blocking_pids(a.pid) AS blockers,
           (SELECT min(l.waitstart) FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted) AS since
    FROM pg_stat_activity a
    WHERE a.wait_event_type = 'Lock'
), edge AS MATERIALIZED (
    SELECT DISTINCT w.pid, b.pid AS blocker,
           -- Which prepared transaction pid 0 means: the one that holds a lock on what the waiter waits for.
           CASE WHEN b.pid = 0 THEN (
               SELECT min(p.gid)
               FROM pg_locks wanted
               JOIN pg_locks held ON held.pid IS NULL AND held.granted
                                 AND held.locktype = wanted.locktype
                                 AND held.database IS NOT DISTINCT FROM wanted.database
                                 AND held.relation IS NOT DISTINCT FROM wanted.relation
                                 AND held.page IS NOT DISTINCT FROM wanted.page
                                 AND held.tuple IS NOT DISTINCT FROM wanted.tuple
                                 AND held.transactionid IS NOT DISTINCT FROM wanted.transactionid
                                 AND held.classid IS NOT DISTINCT FROM wanted.classid
                                 AND held.objid IS NOT DISTINCT FROM wanted.objid
                                 AND held.objsubid IS NOT DISTINCT FROM wanted.objsubid
               JOIN pg_locks own ON own.pid IS NULL AND own.locktype = 'transactionid'
                                AND own.virtualtransaction = held.virtualtransaction
               JOIN pg_prepared_xacts p ON p.transaction = own.transactionid
               WHERE wanted.pid = w.pid AND NOT wanted.granted)
           END AS gid
    FROM waiter w
    CROSS JOIN LATERAL unnest(w.blockers) AS b (pid)
), chain AS (
    SELECT e.pid, e.blocker AS root, e.gid
    FROM edge e
    UNION
    SELECT c.pid, e.blocker, e.gid
    FROM chain c
    JOIN edge e ON e.pid = c.root
), roots AS (
    SELECT c.root, c.gid, count(DISTINCT c.pid) AS victims, min(w.since) AS since,
           string_agg(DISTINCT c.pid::text, ', ') AS pids
    FROM chain c
    JOIN waiter w ON w.pid = c.pid
    WHERE NOT EXISTS (SELECT FROM waiter x WHERE x.pid = c.root)
    GROUP BY c.root, c.gid
)
SELECT CASE WHEN r.root = 0 THEN format('prepared transaction %s', coalesce(quote_literal(r.gid), '(not known)'))
            ELSE format('pid %s', r.root) END AS object,
       format('Blocks %s session%s (pid %s), the longest for %s s%s', r.victims, CASE WHEN r.victims = 1 THEN '' ELSE 's' END, r.pids,
              extract(epoch FROM clock_timestamp() - r.since)::bigint,
              CASE WHEN r.root = 0 THEN '.'
                   ELSE format('. The blocker: user %s, application %s, state %s: %s', a.usename,
                               coalesce(nullif(a.application_name, ''), 'not named'), a.state,
                               left(regexp_replace(a.query, '\s+', ' ', 'g'), 200)) END) AS detail,
       extract(epoch FROM clock_timestamp() - r.since)::double precision AS measured,
       5::double precision AS threshold,
       CASE WHEN r.root = 0 THEN 'ROLLBACK PREPARED ' || quote_literal(r.gid) || ';'
            ELSE format('SELECT pg_terminate_backend(%s);', r.root) END AS fix
FROM roots r
LEFT JOIN pg_stat_activity a ON a.pid = r.root
WHERE r.since < clock_timestamp() - interval '5 seconds'
ORDER BY r.victims DESC, measured DESC
