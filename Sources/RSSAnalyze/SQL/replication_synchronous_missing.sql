-- check: replication.synchronous_missing
-- title: Commits that wait for a standby that is not there
-- severity: critical
-- needs: pg_monitor
-- why: With synchronous_standby_names set and no such standby connected, every commit waits without end.
-- threshold: synchronous_standby_names is set and no connected standby is synchronous
-- source: PostgreSQL documentation, 27.2.8 Synchronous Replication

SELECT 'synchronous_standby_names' AS object,
       format('It is %L, and no synchronous standby is connected.', current_setting('synchronous_standby_names')) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       'ALTER SYSTEM SET synchronous_standby_names = ''''; SELECT pg_reload_conf();' AS fix,
       format('ALTER SYSTEM SET synchronous_standby_names = %L; SELECT pg_reload_conf();', current_setting('synchronous_standby_names')) AS undo
WHERE current_setting('synchronous_standby_names') <> '' AND NOT pg_is_in_recovery()
  AND NOT EXISTS (SELECT FROM pg_stat_replication r WHERE r.sync_state IN ('sync', 'quorum'))
