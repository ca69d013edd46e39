-- check: settings.checkpoint
-- title: Checkpoints that come in bursts
-- severity: info
-- needs: none
-- why: A checkpoint that has to be written within a fraction of its interval, or that begins every few minutes,
--      makes writes slow and writes full pages again each time.
-- threshold: checkpoint_completion_target below 0.5, or checkpoint_timeout below 2 minutes
-- source: PostgreSQL documentation, 30.5 WAL Configuration
-- trial: ALTER SYSTEM SET checkpoint_completion_target = 0.1; SELECT pg_reload_conf()

SELECT s.name AS object,
       format('%s is %s%s (set by %s).', s.name, s.setting, coalesce(' ' || s.unit, ''), s.source) AS detail,
       s.setting::double precision AS measured,
       CASE s.name WHEN 'checkpoint_timeout' THEN 120 ELSE 0.5 END::double precision AS threshold,
       format('ALTER SYSTEM RESET %I; SELECT pg_reload_conf();', s.name) AS fix,
       format('ALTER SYSTEM SET %I = %s; SELECT pg_reload_conf();', s.name, s.setting) AS undo
FROM pg_settings s
WHERE s.name = 'checkpoint_completion_target' AND s.setting::double precision < 0.5
   OR s.name = 'checkpoint_timeout' AND s.setting::double precision < 120
ORDER BY object
