-- check: settings.synchronous_commit
-- title: Commits that may be lost
-- severity: info
-- needs: none
-- why: With synchronous_commit off a crash loses the transactions of the last moments, although the client was informed that
--      they were committed.
-- threshold: off for the server, this database or a role in it
-- source: PostgreSQL documentation, 30.4 Asynchronous Commit
-- trial: ALTER DATABASE d SET synchronous_commit = off

SELECT s.name AS object,
       format('%s is off (set by %s).', s.name, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE s.source WHEN 'database' THEN format('ALTER DATABASE %I RESET synchronous_commit;', current_database())
                     WHEN 'user' THEN format('ALTER ROLE %I RESET synchronous_commit;', session_user)
                     ELSE 'ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();' END AS fix
FROM pg_settings s
WHERE s.name = 'synchronous_commit' AND s.setting = 'off' AND s.source NOT IN ('client', 'session')
  AND current_setting('cluster_name') <> 'rssctl-sandbox'
