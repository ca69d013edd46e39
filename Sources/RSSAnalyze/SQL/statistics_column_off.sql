-- check: statistics.column_off
-- title: Columns without statistics
-- severity: info
-- needs: none
-- why: With a statistics target of 0 the planner knows nothing of the column and guesses.
-- threshold: a target of 0 on a column of a table of 1,000 rows, or default_statistics_target below 10
-- source: PostgreSQL documentation, 14.2 Statistics Used by the Planner
-- trial: ALTER TABLE t ALTER COLUMN x SET STATISTICS 0

SELECT format('%s.%I', c.oid::regclass, a.attname) AS object,
       format('The statistics target is 0; the table has about %s rows.', c.reltuples::bigint) AS detail,
       0::double precision AS measured,
       1::double precision AS threshold,
       format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS -1; ANALYZE %s (%I);', c.oid::regclass, a.attname, c.oid::regclass, a.attname) AS fix,
       format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS 0;', c.oid::regclass, a.attname) AS undo
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attstattarget = 0 AND a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'm') AND c.reltuples >= 1000 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
UNION ALL
SELECT s.name, format('%s is %s.', s.name, s.setting), s.setting::double precision, 10, 'ALTER SYSTEM RESET default_statistics_target; SELECT pg_reload_conf();',
       format('ALTER SYSTEM SET default_statistics_target = %s; SELECT pg_reload_conf();', s.setting)
FROM pg_settings s
WHERE s.name = 'default_statistics_target' AND s.setting::int < 10
ORDER BY object
