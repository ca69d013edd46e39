-- check: vacuum.insert_behind
-- title: Tables that only grow and are not vacuumed
-- severity: info
-- needs: none
-- why: Without a VACUUM the pages of new rows are not marked all-visible: index-only scans read the table, and
--      the freezing comes all at once later.
-- threshold: twice the number of inserted rows at which autovacuum should have begun, and at least 100,000
-- source: PostgreSQL documentation, 25.1.6 The Autovacuum Daemon
-- trial: CREATE TABLE t (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO t SELECT
--      generate_series(1, 300000)

WITH tables AS (
    SELECT n.nspname, c.relname, pg_stat_get_ins_since_vacuum(c.oid)::double precision AS inserted,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_vacuum_insert_threshold'),
                    current_setting('autovacuum_vacuum_insert_threshold')::double precision) AS base,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_vacuum_insert_scale_factor'),
                    current_setting('autovacuum_vacuum_insert_scale_factor')::double precision) * greatest(c.reltuples, 0) AS share
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't' AND pg_stat_get_ins_since_vacuum(c.oid) >= 100000 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('%s rows inserted since the last VACUUM; autovacuum should have begun at %s.', inserted::bigint, (base + share)::bigint) AS detail,
       inserted AS measured,
       greatest(2 * (base + share), 100000) AS threshold,
       format('VACUUM (ANALYZE) %I.%I;', nspname, relname) AS fix
FROM tables
WHERE base >= 0 AND inserted >= greatest(2 * (base + share), 100000)
ORDER BY measured DESC
