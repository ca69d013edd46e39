-- check: session.idle_in_transaction
-- title: Sessions idle in transaction
-- severity: warning
-- needs: pg_monitor
-- why: A session that has an open transaction and does nothing holds its locks and keeps dead rows from being
--      removed. Reported from 60 seconds.
-- threshold: 60 seconds
-- source: PostgreSQL documentation, 20.11.1 idle_in_transaction_session_timeout
-- trial: BEGIN, and wait

SELECT format('pid %s', a.pid) AS object,
       format('Idle in transaction for %s s, user %s, application %s, last statement: %s', extract(epoch FROM clock_timestamp() - a.state_change)::bigint,
              a.usename, coalesce(nullif(a.application_name, ''), 'not named'), left(regexp_replace(a.query, '\s+', ' ', 'g'), 200)) AS detail,
       extract(epoch FROM clock_timestamp() - a.state_change)::double precision AS measured,
       60::double precision AS threshold,
       format('SELECT pg_terminate_backend(%s);', a.pid) AS fix
FROM pg_stat_activity a
WHERE a.state LIKE 'idle in transaction%'
  AND a.pid <> pg_backend_pid()
  AND a.state_change < clock_timestamp() - interval '60 seconds'
ORDER BY measured DESC
