-- check: settings.observability
-- title: Statistics switched off
-- severity: warning
-- needs: none
-- why: Without track_counts autovacuum does not know what to do, and this tool does not see the activity; without
--      track_activities blocking sessions cannot be identified.
-- threshold: any
-- source: PostgreSQL documentation, 20.9 Run-time Statistics

SELECT s.name AS object,
       format('%s is off (set by %s).', s.name, s.source) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER SYSTEM SET %I = on; SELECT pg_reload_conf();', s.name) AS fix
FROM pg_settings s
WHERE s.name IN ('track_counts', 'track_activities')
  AND s.setting = 'off'
ORDER BY object
