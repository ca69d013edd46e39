-- check: index.bloat
-- title: Bloated indexes
-- severity: warning
-- needs: none
-- why: Pages of a btree index that became empty or half empty by deletes and updates are read and cached all
--      the same.
-- threshold: at least 10 MB, and half of it, more than rows of the average width need at the fill factor;
--      statistics that are fresh
-- source: PostgreSQL documentation, 67.4 B-Tree, and the estimate of check_pgactivity, made conservative:
--      duplicates are not thought compressed
-- confidence: estimated: widths of the last ANALYZE

WITH candidate AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, n.nspname, c.relname, c.relpages::double precision AS pages, c.reltuples::double precision AS rows,
           current_setting('block_size')::double precision AS block,
           coalesce((SELECT o.option_value::double precision FROM pg_options_to_table(c.reloptions) o WHERE o.option_name = 'fillfactor'), 90) / 100 AS fill,
           (SELECT sum(coalesce(s.avg_width, 1024) * (1 - coalesce(s.null_frac, 0)))
            FROM unnest(i.indkey::int2[]) AS k (attnum)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            LEFT JOIN pg_stats s ON s.schemaname = tn.nspname AND s.tablename = t.relname AND s.attname = a.attname AND NOT s.inherited)::double precision AS width,
           pg_stat_get_mod_since_analyze(t.oid)::double precision AS changed, greatest(t.reltuples, 1)::double precision AS table_rows,
           EXISTS (SELECT FROM pg_stats s WHERE s.schemaname = tn.nspname AND s.tablename = t.relname) AS has_statistics
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid AND c.relkind = 'i'
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_namespace tn ON tn.oid = t.relnamespace
    JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
    WHERE i.indisvalid AND i.indexprs IS NULL AND i.indpred IS NULL AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
      AND c.relpages * current_setting('block_size')::bigint >= 20971520 AND c.reltuples >= 0
), figures AS (
    -- A tuple: 8 bytes of head, its values padded to 8, and a line pointer of 4; a page: 24 of head and 16 of the btree's own.
    SELECT candidate.*, ceil(rows * (8 + 4 + ceil(greatest(width, 1) / 8) * 8) / ((block - 40) * fill)) AS needed
    FROM candidate
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('About %s of %s MB are not needed by %s rows.', round(((pages - needed) * block / 1048576)::numeric), round((pages * block / 1048576)::numeric), rows::bigint) AS detail,
       ((pages - needed) / pages)::double precision AS measured,
       0.5::double precision AS threshold,
       format('REINDEX INDEX CONCURRENTLY %I.%I;', nspname, relname) AS fix
FROM figures
WHERE has_statistics AND changed <= 0.1 * table_rows
  AND (pages - needed) * block >= 10485760 AND pages - needed >= 0.5 * pages
UNION ALL
SELECT NULL, format('of %s index%s of 20 MB and more the size cannot be judged: the statistics of the table are missing, may not be read or are older than a tenth of its rows: %s',
                    count(*), CASE WHEN count(*) = 1 THEN '' ELSE 'es' END, min(format('%I.%I', nspname, relname))), NULL, NULL,
       min(format('ANALYZE %s;', indrelid::regclass))
FROM figures
WHERE NOT (has_statistics AND changed <= 0.1 * table_rows)
HAVING count(*) > 0
ORDER BY measured DESC NULLS LAST, object
