-- check: settings.log_all
-- title: Statements and their values in the log
-- severity: info
-- needs: none
-- why: log_statement = all, or a log_min_duration_statement of 0, writes every statement with its values: it
--      slows the server down, fills the disk, and puts personal data and passwords into files.
-- threshold: either, for the server, the database or the role
-- source: PostgreSQL documentation, 20.8.3 What to Log
-- trial: ALTER DATABASE d SET log_statement = 'all'

SELECT s.name AS object,
       format('%s is %s (set by %s).', s.name, s.setting, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE s.source WHEN 'database' THEN format('ALTER DATABASE %I RESET %I;', current_database(), s.name)
                     ELSE format('ALTER SYSTEM RESET %I; SELECT pg_reload_conf();', s.name) END AS fix
FROM pg_settings s
WHERE (s.name = 'log_statement' AND s.setting = 'all' OR s.name = 'log_min_duration_statement' AND s.setting = '0') AND s.source NOT IN ('client', 'session')
ORDER BY object
