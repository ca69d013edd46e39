-- check: table.unlogged
-- title: Unlogged tables that hold rows
-- severity: info
-- needs: none
-- why: After a crash an unlogged table is empty; it is in no backup and on no standby. Tables whose name says
--      that they are for staging, work in progress or a cache are meant to be so.
-- threshold: 1,000 rows
-- source: PostgreSQL documentation, CREATE TABLE, UNLOGGED
-- trial: CREATE UNLOGGED TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 2000)

WITH unlogged AS MATERIALIZED (
    SELECT * FROM pg_class WHERE relkind = 'r' AND relpersistence = 'u'
)
SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('Unlogged, with about %s rows.', greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::bigint) AS detail,
       greatest(c.reltuples, pg_stat_get_live_tuples(c.oid))::double precision AS measured,
       1000::double precision AS threshold,
       format('ALTER TABLE %I.%I SET LOGGED;', n.nspname, c.relname) AS fix,
       format('ALTER TABLE %I.%I SET UNLOGGED;', n.nspname, c.relname) AS undo
FROM unlogged c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE greatest(c.reltuples, pg_stat_get_live_tuples(c.oid)) >= 1000
  AND c.relname !~* '(stag|temp|tmp|load|import|scratch|work|cache|buffer|queue|session)'
  AND n.nspname !~* '(stag|temp|tmp|scratch|rssctl)'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
