-- check: vacuum.behind
-- title: Dead rows that autovacuum has not removed
-- severity: warning
-- needs: none
-- why: Dead rows make tables and indexes grow and scans slow. Reported from twice the number at which autovacuum
--      should have begun, and at least 10,000; settings of the table itself are respected. Usual reasons:
--      autovacuum switched off or too slow, or an old transaction or replication slot that still needs the rows.
-- threshold: twice the number at which autovacuum should have begun, and at least 10,000
-- source: PostgreSQL documentation, 25.1.6 The Autovacuum Daemon
-- trial: CREATE TABLE t (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO t SELECT
--      generate_series(1, 50000); DELETE FROM t

WITH tables AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, greatest(c.reltuples, 0)::double precision AS rows, c.reltuples,
           pg_stat_get_dead_tuples(c.oid)::double precision AS dead, pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_vacuum_threshold'), current_setting('autovacuum_vacuum_threshold')::double precision)
           + coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_vacuum_scale_factor'), current_setting('autovacuum_vacuum_scale_factor')::double precision) * greatest(c.reltuples, 0) AS trigger_at
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND pg_stat_get_dead_tuples(c.oid) >= 10000 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('%s dead rows; autovacuum should have begun at %s. Last autovacuum: %s.', dead::bigint, trigger_at::bigint,
              coalesce(to_char(last_autovacuum, 'YYYY-MM-DD HH24:MI TZ'), 'never')) AS detail,
       dead AS measured,
       greatest(2 * trigger_at, 10000) AS threshold,
       format('VACUUM (ANALYZE) %I.%I;', nspname, relname) AS fix
FROM tables
WHERE dead >= greatest(2 * trigger_at, 10000)
ORDER BY dead DESC
