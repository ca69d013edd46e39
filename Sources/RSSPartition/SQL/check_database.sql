-- What hinders the maintenance of partitions anywhere in the database: transactions that have been open for more than
-- five minutes, which DDL would wait behind, and tables that have the comment of rssctl and belong to no work.
--
-- Columns:
--   check, severity, object, detail, measured, threshold, fix   a finding

SELECT 'partition.old_transaction' AS check, 'warning' AS severity, format('pid %s', a.pid) AS object,
       format('A transaction is open for %s s: %s, %s, %s, %s. Locks for partitions may have to wait for it.',
              extract(epoch FROM clock_timestamp() - a.xact_start)::bigint, a.usename, coalesce(nullif(a.application_name, ''), 'no application name'),
              a.state, left(regexp_replace(coalesce(a.query, ''), '\s+', ' ', 'g'), 120)) AS detail,
       extract(epoch FROM clock_timestamp() - a.xact_start)::float8 AS measured, 300::float8 AS threshold,
       format('SELECT %s(%s)', CASE WHEN a.state LIKE 'idle in transaction%' THEN 'pg_terminate_backend' ELSE 'pg_cancel_backend' END, a.pid) AS fix
FROM pg_stat_activity a
WHERE a.datname = current_database() AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()
  AND a.xact_start < clock_timestamp() - interval '5 minutes'
UNION ALL
SELECT 'partition.old_transaction', 'warning', format('prepared transaction %L', p.gid),
       format('It was prepared %s s ago and is neither committed nor rolled back.', extract(epoch FROM clock_timestamp() - p.prepared)::bigint),
       extract(epoch FROM clock_timestamp() - p.prepared)::float8, 300, format('ROLLBACK PREPARED %L', p.gid)
FROM pg_prepared_xacts p
WHERE p.database = current_database() AND p.prepared < clock_timestamp() - interval '5 minutes'
ORDER BY measured DESC
