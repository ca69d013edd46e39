-- check: table.no_primary_key
-- title: Tables without a primary key
-- severity: warning
-- needs: none
-- why: Without a key a row cannot be told from its twin, duplicates creep in, and logical replication cannot carry
--      updates and deletes. A unique index over NOT NULL columns counts as a key; for a partitioned table it is
--      enough that each partition has one.

WITH keyed AS (
    SELECT DISTINCT i.indrelid
    FROM pg_index i
    WHERE i.indisvalid
      AND (i.indisprimary
           OR i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
              AND NOT EXISTS (SELECT FROM unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) AS k (attnum)
                              JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                              WHERE NOT a.attnotnull))
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
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND c.oid NOT IN (SELECT indrelid FROM keyed)
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
  AND (c.relkind = 'r'
       OR NOT EXISTS (SELECT FROM pg_partition_tree(c.oid) t WHERE t.isleaf)
       OR EXISTS (SELECT FROM pg_partition_tree(c.oid) t WHERE t.isleaf AND t.relid::oid NOT IN (SELECT indrelid FROM keyed)))
ORDER BY measured DESC, object
