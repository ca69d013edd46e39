-- check: vacuum.catalog_behind
-- title: Dead rows of the system catalog
-- severity: warning
-- needs: none
-- why: A catalog that grows, for example by many temporary tables, makes every session and every plan slower.
-- threshold: twice the number at which autovacuum should have begun, and at least 10,000
-- source: PostgreSQL documentation, 25.1.6 The Autovacuum Daemon
-- trial: many CREATE TEMP TABLE and DROP TABLE

SELECT format('pg_catalog.%I', c.relname) AS object,
       format('%s dead rows beside %s.', pg_stat_get_dead_tuples(c.oid), greatest(c.reltuples, 0)::bigint) AS detail,
       pg_stat_get_dead_tuples(c.oid)::double precision AS measured,
       greatest(2 * (current_setting('autovacuum_vacuum_threshold')::double precision + current_setting('autovacuum_vacuum_scale_factor')::double precision * greatest(c.reltuples, 0)), 10000) AS threshold,
       format('VACUUM (ANALYZE) pg_catalog.%I;', c.relname) AS fix
FROM pg_class c
WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind = 'r'
  AND pg_stat_get_dead_tuples(c.oid) >= greatest(2 * (current_setting('autovacuum_vacuum_threshold')::double precision + current_setting('autovacuum_vacuum_scale_factor')::double precision * greatest(c.reltuples, 0)), 10000)
ORDER BY measured DESC
