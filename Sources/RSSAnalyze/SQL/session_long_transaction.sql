-- check: session.long_transaction
-- title: Long transactions
-- severity: warning
-- needs: pg_monitor
-- why: A transaction that stays open keeps dead rows from being removed in the whole database and may hold locks.
--      Reported from five minutes; sessions idle in transaction have a check of their own,
--      and those that wait for a lock are attributed to the session that holds it (session.blocked).
-- threshold: 5 minutes
-- source: PostgreSQL documentation, 25.1.2 Recovering Disk Space
-- trial: SELECT pg_sleep(400)

SELECT format('pid %s', a.pid) AS object,
       format('Transaction open for %s s, state %s, user %s, application %s: %s', extract(epoch FROM clock_timestamp() - a.xact_start)::bigint,
              a.state, a.usename, coalesce(nullif(a.application_name, ''), 'not named'), left(regexp_replace(a.query, '\s+', ' ', 'g'), 200)) AS detail,
       extract(epoch FROM clock_timestamp() - a.xact_start)::double precision AS measured,
       300::double precision AS threshold,
       format('SELECT pg_cancel_backend(%s);', a.pid) AS fix
FROM pg_stat_activity a
WHERE a.backend_type = 'client backend'
  AND a.pid <> pg_backend_pid()
  AND a.state NOT LIKE 'idle in transaction%'
  AND a.wait_event_type IS DISTINCT FROM 'Lock'
  AND a.xact_start < clock_timestamp() - interval '300 seconds'
UNION ALL
SELECT format('prepared transaction %L', p.gid),
       format('Prepared %s s ago by %s in database %I and neither committed nor rolled back.',
              extract(epoch FROM clock_timestamp() - p.prepared)::bigint, p.owner, p.database),
       extract(epoch FROM clock_timestamp() - p.prepared)::double precision,
       300,
       format('ROLLBACK PREPARED %L;', p.gid)
FROM pg_prepared_xacts p
WHERE p.prepared < clock_timestamp() - interval '300 seconds'
ORDER BY measured DESC
