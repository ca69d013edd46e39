-- check: index.redundant
-- title: Indexes whose columns begin another index
-- severity: info
-- needs: none
-- why: A btree index over (a) finds nothing that one over (a, b) does not find, and costs every write. One that
--      is unique or backs a constraint is kept, also one that is much smaller than the other, which is cheaper
--      to read as a whole.
-- threshold: same order, operator classes, collations and predicate; the other has at most two more columns, or
--      is at most three times as large
-- source: PostgreSQL documentation, 11.3 Multicolumn Indexes; pg_index
-- trial: CREATE TABLE t (id int PRIMARY KEY, a int, b int); CREATE INDEX ON t (a); CREATE INDEX ON t (a, b)

WITH shared AS MATERIALIZED (
    SELECT i.indrelid, i.indkey[0] AS first_column FROM pg_index i WHERE i.indrelid >= 16384 GROUP BY i.indrelid, i.indkey[0] HAVING count(*) > 1
), candidate AS MATERIALIZED (
    SELECT i.indexrelid, i.indrelid, c.relname, n.nspname, c.relkind, c.relpages, i.indnkeyatts AS keys, i.indnatts AS atts,
           (i.indkey::int2[])[0:i.indnkeyatts - 1] AS columns, (i.indclass::oid[])[0:i.indnkeyatts - 1] AS classes,
           (i.indcollation::oid[])[0:i.indnkeyatts - 1] AS collations, (i.indoption::int2[])[0:i.indnkeyatts - 1] AS options,
           coalesce(regexp_replace(i.indpred::text, ' :location -?[0-9]+', '', 'g'), '') AS predicate,
           i.indisunique OR i.indisreplident OR i.indisclustered
           OR EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid) AS keep
    FROM shared s
    JOIN pg_index i ON i.indrelid = s.indrelid AND i.indkey[0] = s.first_column
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_am am ON am.oid = c.relam AND am.amname = 'btree'
    WHERE i.indisvalid AND i.indexprs IS NULL AND NOT c.relispartition AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
), sized AS MATERIALIZED (
    -- Of a partitioned index, all its parts; pg_inherits has them, and takes no lock.
    SELECT c.*, CASE WHEN c.relkind = 'i' THEN c.relpages::bigint ELSE (
               WITH RECURSIVE part (oid) AS (
                   SELECT c.indexrelid UNION SELECT h.inhrelid FROM pg_inherits h JOIN part p ON p.oid = h.inhparent
               )
               SELECT sum(pc.relpages) FROM part JOIN pg_class pc ON pc.oid = part.oid) END AS pages
    FROM candidate c
), prefix AS (
    SELECT DISTINCT ON (x.indexrelid) x.*, y.relname AS covering
    FROM sized x
    JOIN sized y ON y.indrelid = x.indrelid AND y.indexrelid <> x.indexrelid AND y.keys > x.keys AND y.predicate = x.predicate
    WHERE NOT x.keep
      AND x.columns = y.columns[1:x.keys] AND x.classes = y.classes[1:x.keys]
      AND x.collations = y.collations[1:x.keys] AND x.options = y.options[1:x.keys]
      -- Columns that are only included must be in the other index as well.
      AND (x.atts = x.keys OR y.atts >= x.atts AND EXISTS (
               SELECT FROM pg_index ix, pg_index iy WHERE ix.indexrelid = x.indexrelid AND iy.indexrelid = y.indexrelid
               AND iy.indkey::int2[] @> ix.indkey::int2[]))
      AND (y.keys <= x.keys + 2 OR x.pages >= 128 AND y.pages <= 3 * x.pages)
    ORDER BY x.indexrelid, y.keys, y.relname
)
SELECT format('%I.%I', nspname, relname) AS object,
       format('Index %I of table %s begins with the same columns; %s MB.', covering, indrelid::regclass,
              round(pages * current_setting('block_size')::numeric / 1048576, 1)) AS detail,
       (pages * current_setting('block_size')::bigint)::double precision AS measured,
       0::double precision AS threshold,
       format('DROP INDEX %s%I.%I;', CASE WHEN relkind = 'i' THEN 'CONCURRENTLY ' ELSE '' END, nspname, relname) AS fix
FROM prefix
ORDER BY measured DESC, object
