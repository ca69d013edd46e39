-- check: index.array_btree
-- title: Btree indexes on arrays
-- severity: info
-- needs: none
-- why: A btree index on an array finds only whole arrays; the operators that look for an element (@>, &&, = ANY
--      over the column) need a GIN index.
-- threshold: a non-unique btree index whose first column is an array
-- source: PostgreSQL documentation, 70 GIN Indexes; pg-index-health
-- trial: CREATE TABLE t (id int PRIMARY KEY, tags text[]); CREATE INDEX ON t (tags)

WITH arrays AS MATERIALIZED (
    SELECT a.attrelid, a.attnum, a.attname
    FROM pg_attribute a
    JOIN pg_type ty ON ty.oid = a.atttypid AND ty.typcategory = 'A'
    WHERE a.attrelid >= 16384 AND a.attnum > 0 AND NOT a.attisdropped
)
SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('The first column, %I of %s, is an array.', a.attname, i.indrelid::regclass) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       CASE WHEN c.relkind <> 'i' THEN NULL
            WHEN EXISTS (SELECT FROM pg_index o JOIN pg_class oc ON oc.oid = o.indexrelid JOIN pg_am oa ON oa.oid = oc.relam
                         WHERE o.indrelid = i.indrelid AND o.indisvalid AND o.indpred IS NULL AND o.indkey[0] = i.indkey[0] AND oa.amname = 'gin')
            THEN format('DROP INDEX CONCURRENTLY %I.%I;', n.nspname, c.relname)
            ELSE format('CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %s USING gin (%I); DROP INDEX CONCURRENTLY %I.%I;',
                        left(c.relname, 55) || '_gin', i.indrelid::regclass, a.attname, n.nspname, c.relname) END AS fix
FROM arrays a
JOIN pg_index i ON i.indrelid = a.attrelid AND i.indkey[0] = a.attnum
JOIN pg_class c ON c.oid = i.indexrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
WHERE i.indisvalid AND NOT i.indisunique AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
ORDER BY object
