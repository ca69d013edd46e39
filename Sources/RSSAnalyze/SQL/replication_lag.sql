-- check: replication.lag
-- title: Standbys that lag
-- severity: warning
-- needs: pg_monitor
-- why: A standby that is far behind serves old rows, and would lose them at a failover; the primary keeps WAL
--      for it.
-- threshold: 1 GB of WAL not replayed, or 5 minutes
-- source: PostgreSQL documentation, 28.2.4 pg_stat_replication

SELECT format('standby %s', coalesce(nullif(r.application_name, ''), r.client_addr::text, 'pid ' || r.pid)) AS object,
       format('%s MB of WAL are not replayed%s; state %s.', round(lag.bytes / 1048576), coalesce(format(', %s s', extract(epoch FROM r.replay_lag)::bigint), ''), r.state) AS detail,
       lag.bytes::double precision AS measured,
       1073741824::double precision AS threshold,
       NULL::text AS fix
FROM pg_stat_replication r
CROSS JOIN LATERAL (SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_receive_lsn() ELSE pg_current_wal_lsn() END, r.replay_lsn) AS bytes) lag
WHERE r.state <> 'backup' AND (lag.bytes >= 1073741824 OR r.replay_lag >= interval '5 minutes')
ORDER BY measured DESC
