-- check: settings.planner
-- title: Plan types that are switched off
-- severity: warning
-- needs: none
-- why: The enable_ settings are for trials in one session. Set for the server, the database or the role they
--      make the planner avoid the right plan in every statement.
-- threshold: an enable_ setting that is on by default and off here, set outside this session
-- source: PostgreSQL documentation, 20.7.1 Planner Method Configuration
-- trial: ALTER DATABASE d SET enable_seqscan = off

SELECT s.name AS object,
       format('%s is off (set by %s).', s.name, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE s.source WHEN 'database' THEN format('ALTER DATABASE %I RESET %I;', current_database(), s.name)
                     WHEN 'user' THEN format('ALTER ROLE %I RESET %I;', session_user, s.name)
                     WHEN 'configuration file' THEN format('ALTER SYSTEM SET %I = on; SELECT pg_reload_conf();', s.name) END AS fix,
       CASE s.source WHEN 'database' THEN format('ALTER DATABASE %I SET %I = off;', current_database(), s.name)
                     WHEN 'user' THEN format('ALTER ROLE %I SET %I = off;', session_user, s.name)
                     WHEN 'configuration file' THEN format('ALTER SYSTEM SET %I = off; SELECT pg_reload_conf();', s.name) END AS undo
FROM pg_settings s
WHERE s.name LIKE 'enable\_%' AND s.boot_val = 'on' AND s.setting = 'off' AND s.source NOT IN ('client', 'session', 'default')
ORDER BY object
