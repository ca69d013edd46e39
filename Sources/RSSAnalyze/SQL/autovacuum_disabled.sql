-- check: autovacuum.disabled
-- title: Autovacuum switched off
-- severity: warning
-- needs: none
-- why: Without autovacuum a table grows, its statistics age, and old transaction ids are frozen only in an
--      emergency. Reported for the server and for each table.
-- threshold: any
-- source: PostgreSQL documentation, 25.1.6 The Autovacuum Daemon
-- trial: CREATE TABLE t (x int) WITH (autovacuum_enabled = off)

SELECT 'autovacuum' AS object, 'Autovacuum is off for the whole server.' AS detail,
       1::double precision AS measured, 0::double precision AS threshold,
       'ALTER SYSTEM SET autovacuum = on; SELECT pg_reload_conf();' AS fix
WHERE current_setting('autovacuum') = 'off'
UNION ALL
SELECT format('%I.%I', n.nspname, c.relname),
       format('autovacuum_enabled is %s for this table.', o.option_value),
       1, 0,
       format('ALTER TABLE %I.%I RESET (autovacuum_enabled);', n.nspname, c.relname)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL pg_options_to_table(c.reloptions) o
WHERE c.relkind IN ('r', 'm')
  AND o.option_name = 'autovacuum_enabled'
  AND NOT o.option_value::boolean
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
