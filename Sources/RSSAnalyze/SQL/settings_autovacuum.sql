-- check: settings.autovacuum
-- title: Autovacuum that is set too slow
-- severity: warning
-- needs: none
-- why: A long sleep between rounds, or a delay as it was the default before PostgreSQL 12, lets dead rows pile
--      up on busy tables.
-- threshold: autovacuum_naptime from 10 minutes on, autovacuum_vacuum_scale_factor from 0.5 on, or a delay of
--      20 ms and more at the default cost limit
-- source: PostgreSQL documentation, 20.10 Automatic Vacuuming; release notes of 12
-- trial: ALTER SYSTEM SET autovacuum_naptime = 3600; SELECT pg_reload_conf()

SELECT s.name AS object,
       format('%s is %s%s (set by %s).', s.name, s.setting, coalesce(s.unit, ''), s.source) AS detail,
       s.setting::double precision AS measured,
       CASE s.name WHEN 'autovacuum_naptime' THEN 600 WHEN 'autovacuum_vacuum_scale_factor' THEN 0.5 ELSE 20 END::double precision AS threshold,
       format('ALTER SYSTEM RESET %I; SELECT pg_reload_conf();', s.name) AS fix,
       format('ALTER SYSTEM SET %I = %s; SELECT pg_reload_conf();', s.name, s.setting) AS undo
FROM pg_settings s
WHERE s.name = 'autovacuum_naptime' AND s.setting::double precision >= 600
   OR s.name = 'autovacuum_vacuum_scale_factor' AND s.setting::double precision >= 0.5
   OR s.name = 'autovacuum_vacuum_cost_delay' AND s.setting::double precision >= 20
      AND coalesce(nullif(current_setting('autovacuum_vacuum_cost_limit'), '-1'), current_setting('vacuum_cost_limit'))::int <= 200
ORDER BY object
