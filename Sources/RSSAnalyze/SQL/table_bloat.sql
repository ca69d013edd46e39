-- check: table.bloat
-- title: Bloated tables
-- severity: warning
-- needs: none
-- why: Space that deleted and updated rows left is read by every scan and cached. VACUUM makes it available for
--      new rows of the table, and does not give it back.
-- threshold: at least 10 MB, and half of it, more than rows of the average width need at the fill factor;
--      statistics that are fresh
-- source: PostgreSQL documentation, 25.1.2 Recovering Disk Space, 73.6 Database Page Layout
-- trial: CREATE TABLE t (id int PRIMARY KEY, x text); INSERT INTO t SELECT g, repeat('x', 200) FROM
--      generate_series(1, 200000) g; DELETE FROM t WHERE id % 5 > 0; VACUUM ANALYZE t
-- confidence: estimated: widths of the last ANALYZE

WITH candidate AS MATERIALIZED (
    SELECT c.oid, n.nspname, c.relname, c.relpages::double precision AS pages, c.reltuples::double precision AS rows,
           current_setting('block_size')::double precision AS block,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 100) / 100 AS fill,
           pg_stat_get_mod_since_analyze(c.oid)::double precision AS changed,
           w.width, w.columns, w.known, w.nullable
    FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    CROSS JOIN LATERAL (
        SELECT sum(s.avg_width * (1 - s.null_frac))::double precision AS width, count(*) AS columns, count(s.attname) AS known,
               bool_or(s.null_frac > 0) AS nullable
        FROM pg_attribute a
        LEFT JOIN pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname AND s.attname = a.attname AND NOT s.inherited
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) w
    WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND c.relpages * current_setting('block_size')::bigint >= 20971520 AND c.reltuples >= 0
), figures AS (
    -- A tuple: 23 bytes of head, a bit for each column where one is NULL, padded to 8, its values, padded to 8, with as much again as
    -- their alignment may cost, and a line pointer of 4; a page: 24 of head.
    SELECT candidate.*,
           ceil(rows * (4 + ceil((23 + CASE WHEN nullable THEN ceil(columns / 8.0) ELSE 0 END) / 8) * 8 + ceil((width + 2 * columns) / 8) * 8) / ((block - 24) * fill)) AS needed
    FROM candidate
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('About %s of %s MB are not needed by %s rows.', round(((pages - needed) * block / 1048576)::numeric), round((pages * block / 1048576)::numeric), rows::bigint) AS detail,
       ((pages - needed) / pages)::double precision AS measured,
       0.5::double precision AS threshold,
       CASE WHEN current_setting('server_version_num')::int >= 190000 THEN format('REPACK (CONCURRENTLY) %I.%I;', nspname, relname)
            ELSE format('VACUUM (FULL, ANALYZE) %I.%I;', nspname, relname) END AS fix
FROM figures
WHERE known = columns AND changed <= 0.1 * greatest(rows, 1)
  AND (pages - needed) * block >= 10485760 AND pages - needed >= 0.5 * pages
UNION ALL
SELECT NULL, format('of %s table%s of 20 MB and more the size cannot be judged: the statistics are missing, may not be read or are older than a tenth of the rows: %s',
                    count(*), CASE WHEN count(*) = 1 THEN '' ELSE 's' END, min(format('%I.%I', nspname, relname))), NULL, NULL,
       min(format('ANALYZE %I.%I;', nspname, relname))
FROM figures
WHERE NOT (known = columns AND changed <= 0.1 * greatest(rows, 1))
HAVING count(*) > 0
ORDER BY measured DESC NULLS LAST, object
