-- check: settings.pending_restart
-- title: Settings that wait for a restart
-- severity: info
-- needs: none
-- why: The configuration file and the server differ: the next restart, planned or not, changes how it runs.
-- threshold: any
-- source: PostgreSQL documentation, 54.24 pg_settings, pending_restart
-- trial: ALTER SYSTEM SET max_connections = 101; SELECT pg_reload_conf()

SELECT s.name AS object,
       format('%s is %s; another value in the configuration file takes effect at the next restart.', s.name, s.setting) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_settings s
WHERE s.pending_restart
ORDER BY object
