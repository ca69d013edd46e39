-- check: index.mostly_null
-- title: Indexes that hold mostly NULL
-- severity: info
-- needs: none
-- why: Where nearly all rows have NULL in the column, a partial index on the others is a fraction of the size
--      and of the work at each write, and no query that looks for a value needs more.
-- threshold: 90 % NULL in the first column by the statistics, 1 MB, btree, not unique, not partial
-- source: PostgreSQL documentation, 11.8 Partial Indexes
-- trial: CREATE TABLE t (id int PRIMARY KEY, x int); INSERT INTO t SELECT g, CASE WHEN g % 50 = 0 THEN g END
--      FROM generate_series(1, 200000) g; CREATE INDEX ON t (x); ANALYZE t
-- confidence: estimated: statistics of the last ANALYZE

WITH candidate AS MATERIALIZED (
    SELECT i.*, c.relname, c.relpages, c.relkind, c.relnamespace, t.relname AS table_name, t.relnamespace AS table_namespace
    FROM pg_class c
    JOIN pg_index i ON i.indexrelid = c.oid
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
    WHERE c.relpages * current_setting('block_size')::bigint >= 1048576 AND c.relkind IN ('i', 'I') AND NOT c.relispartition
      AND i.indisvalid AND NOT i.indisunique AND i.indpred IS NULL
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
)
SELECT format('%I.%I', n.nspname, i.relname) AS object,
       format('%s %% of %s.%I is NULL; %s MB.', round((100 * s.null_frac)::numeric, 1), i.indrelid::regclass, a.attname,
              round(i.relpages * current_setting('block_size')::numeric / 1048576, 1)) AS detail,
       s.null_frac::double precision AS measured,
       0.9::double precision AS threshold,
       CASE WHEN i.indnatts <> 1 OR i.relkind <> 'i' THEN NULL
            -- Where there is one on the others already, this one is only to be dropped.
            WHEN EXISTS (SELECT FROM pg_index o WHERE o.indrelid = i.indrelid AND o.indisvalid AND o.indnkeyatts = 1 AND o.indkey[0] = i.indkey[0]
                         AND o.indpred::text ~ format('^\{NULLTEST :arg \{VAR :varno 1 :varattno %s [^{}]*\} :nulltesttype 1 [^{}]*\}$', a.attnum))
            THEN format('DROP INDEX CONCURRENTLY %I.%I;', n.nspname, i.relname)
            ELSE format('CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %s (%I) WHERE %I IS NOT NULL; DROP INDEX CONCURRENTLY %I.%I;',
                        left(i.relname, 51) || '_not_null', i.indrelid::regclass, a.attname, a.attname, n.nspname, i.relname) END AS fix
FROM candidate i
JOIN pg_namespace n ON n.oid = i.relnamespace
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
JOIN pg_namespace tn ON tn.oid = i.table_namespace
JOIN pg_stats s ON s.schemaname = tn.nspname AND s.tablename = i.table_name AND s.attname = a.attname AND NOT s.inherited
WHERE s.null_frac >= 0.9
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
UNION ALL
SELECT NULL, format('the role may not read the statistics of %s indexed table%s: %s', count(DISTINCT c.oid), CASE WHEN count(DISTINCT c.oid) = 1 THEN '' ELSE 's' END,
                    min(c.oid::regclass::text)), NULL, NULL, 'GRANT pg_read_all_data TO ' || quote_ident(current_user)
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm') AND c.relhasindex AND c.relpages * current_setting('block_size')::bigint >= 1048576 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND (NOT has_table_privilege(c.oid, 'SELECT') AND NOT has_any_column_privilege(c.oid, 'SELECT') OR row_security_active(c.oid))
HAVING count(*) > 0
ORDER BY measured DESC NULLS LAST, object
