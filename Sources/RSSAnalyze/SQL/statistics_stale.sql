-- check: statistics.stale
-- title: Stale planner statistics
-- severity: warning
-- needs: none
-- why: The planner guesses wrong when the statistics do not describe the table as it is. Reported are tables of
--      1,000 rows and more that were never analyzed, tables changed more than twice as much as autovacuum allows
--      (at least 10,000 rows), and partitioned tables: autovacuum never analyzes a partitioned parent, it
--      must be analyzed manually.
-- threshold: 1,000 rows never analyzed, or twice what autovacuum waits for and 10,000 changed rows
-- source: PostgreSQL documentation, 25.1.3 Updating Planner Statistics
-- trial: CREATE TABLE t (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO t SELECT
--      generate_series(1, 50000)

WITH RECURSIVE tables AS (
    SELECT c.oid, n.nspname, c.relname, c.relkind, greatest(c.reltuples, 0)::double precision AS rows, c.reltuples,
           coalesce(pg_stat_get_mod_since_analyze(c.oid), 0)::double precision AS changed,
           coalesce(pg_stat_get_live_tuples(c.oid), 0)::double precision AS live,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_analyze_threshold'), current_setting('autovacuum_analyze_threshold')::double precision)
           + coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'autovacuum_analyze_scale_factor'), current_setting('autovacuum_analyze_scale_factor')::double precision) * greatest(c.reltuples, 0) AS trigger_at
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'm') AND (c.reltuples < 0 OR pg_stat_get_mod_since_analyze(c.oid) >= 10000) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), part (root, oid) AS (
    SELECT p.partrelid, p.partrelid FROM pg_partitioned_table p
    UNION ALL
    SELECT part.root, i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
), sums AS (
    SELECT part.root, sum(greatest(leaf.reltuples, 0))::double precision AS rows
    FROM part JOIN pg_class leaf ON leaf.oid = part.oid AND leaf.relkind <> 'p'
    GROUP BY part.root
), parents AS (
    SELECT c.oid, n.nspname, c.relname, c.reltuples, s.rows
    FROM sums s
    JOIN pg_class c ON c.oid = s.root
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), findings AS (
    SELECT nspname, relname,
           format('Never analyzed; about %s rows.', live::bigint) AS detail,
           live AS measured, 1000::double precision AS threshold
    FROM tables WHERE reltuples < 0 AND live >= 1000
    UNION ALL
    SELECT nspname, relname,
           format('%s rows changed since the last ANALYZE; autovacuum should have analyzed at %s.', changed::bigint, trigger_at::bigint),
           changed, greatest(2 * trigger_at, 10000)
    FROM tables WHERE reltuples >= 0 AND changed >= greatest(2 * trigger_at, 10000)
    UNION ALL
    SELECT nspname, relname,
           format('Partitioned table never analyzed; its partitions hold about %s rows.', rows::bigint),
           rows, 1000
    FROM parents WHERE reltuples < 0 AND rows >= 1000
    UNION ALL
    SELECT nspname, relname,
           format('Partitioned table had %s rows when last analyzed; its partitions now hold about %s.', reltuples::bigint, rows::bigint),
           abs(rows - reltuples), greatest(0.2 * reltuples, 10000)
    FROM parents WHERE reltuples >= 0 AND abs(rows - reltuples) >= greatest(0.2 * reltuples, 10000)
)
SELECT format('%I.%I', nspname, relname) AS object, detail, measured, threshold,
       format('ANALYZE %I.%I;', nspname, relname) AS fix
FROM findings
ORDER BY measured DESC
