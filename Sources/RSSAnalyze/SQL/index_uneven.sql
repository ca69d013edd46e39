-- check: index.uneven
-- title: Partitions that lack an index of their siblings
-- severity: warning
-- needs: none
-- why: An index that was made on the partitions one by one is missing on those that were added later: queries
--      are fast on old months and slow on new ones. An index of the parent reaches every partition.
-- threshold: three partitions or more, an index of the same columns on at least two thirds of them, missing on
--      another that has rows
-- source: pg_index; PostgreSQL documentation, 5.11 Table Partitioning
-- trial: three partitions, CREATE INDEX on two of them, rows in the third

WITH leaf AS MATERIALIZED (
    SELECT h.inhparent AS parent, c.oid, c.relname, n.nspname, greatest(c.reltuples, 0) AS rows, count(*) OVER (PARTITION BY h.inhparent) AS leaves
    FROM pg_inherits h
    JOIN pg_class p ON p.oid = h.inhparent AND p.relkind = 'p'
    JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind = 'r'
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT coalesce((to_jsonb(h) ->> 'inhdetachpending')::boolean, false) AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), has AS MATERIALIZED (
    -- Columns by name: their numbers differ between partitions.
    SELECT l.parent, l.oid, l.leaves,
           (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place)
            FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = l.oid AND a.attnum = k.attnum) AS columns
    FROM leaf l
    JOIN pg_index i ON i.indrelid = l.oid AND i.indisvalid AND i.indexprs IS NULL AND i.indpred IS NULL
    WHERE l.leaves >= 3
), usual AS (
    SELECT parent, columns, leaves, count(DISTINCT oid) AS holders
    FROM has
    GROUP BY parent, columns, leaves
    HAVING count(DISTINCT oid) * 3 >= leaves * 2 AND count(DISTINCT oid) < leaves
)
SELECT format('%I.%I', l.nspname, l.relname) AS object,
       format('%s of %s partitions of %s have an index on (%s), this one does not; about %s rows.', u.holders, u.leaves, u.parent::regclass, u.columns, l.rows::bigint) AS detail,
       l.rows::double precision AS measured,
       0::double precision AS threshold,
       format('CREATE INDEX CONCURRENTLY IF NOT EXISTS %I ON %I.%I (%s);',
              left(concat_ws('_', l.relname, replace(replace(u.columns, ', ', '_'), '"', ''), 'idx'), 60), l.nspname, l.relname, u.columns) AS fix
FROM usual u
JOIN leaf l ON l.parent = u.parent
WHERE l.rows > 0
  AND NOT EXISTS (SELECT FROM has h WHERE h.oid = l.oid AND (h.columns = u.columns OR h.columns LIKE u.columns || ', %'))
ORDER BY object
