-- check: table.no_primary_key
-- title: Tables without a primary key
-- severity: warning
-- needs: none
-- why: Without a key identical rows cannot be distinguished, duplicates are not prevented, and logical replication cannot
--      carry updates and deletes. A unique index over NOT NULL columns counts as a key; for a partitioned table it is
--      enough that each partition has one. Unlogged tables, which nothing replicates, are left out.
-- threshold: any
-- source: PostgreSQL documentation, 5.4.4 Primary Keys; 31.1 Publication
-- trial: CREATE TABLE t (x int)

WITH RECURSIVE keyed AS MATERIALIZED (
    SELECT DISTINCT i.indrelid
    FROM pg_index i
    WHERE i.indisvalid
      AND (i.indisprimary
           OR i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
              AND NOT EXISTS (SELECT FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS k (attnum)
                              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                              WHERE NOT a.attnotnull))
), part (root, oid) AS (
    SELECT p.partrelid, p.partrelid FROM pg_partitioned_table p
    UNION ALL
    SELECT part.root, i.inhrelid FROM part JOIN pg_inherits i ON i.inhparent = part.oid
), leaf AS MATERIALIZED (
    SELECT part.root, part.oid FROM part JOIN pg_class c ON c.oid = part.oid AND c.relkind <> 'p'
)
SELECT format('%I.%I', n.nspname, c.relname) AS object,
       format('No primary key and no unique index over NOT NULL columns; about %s rows.', greatest(c.reltuples, 0)::bigint) AS detail,
       greatest(c.reltuples, 0)::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p')
  AND NOT c.relispartition
  AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND c.oid NOT IN (SELECT indrelid FROM keyed)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND (c.relkind = 'r'
       OR NOT EXISTS (SELECT FROM leaf WHERE leaf.root = c.oid)
       OR EXISTS (SELECT FROM leaf WHERE leaf.root = c.oid AND leaf.oid NOT IN (SELECT indrelid FROM keyed)))
ORDER BY measured DESC, object
