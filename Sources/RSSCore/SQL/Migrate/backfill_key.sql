-- The key along which a backfill goes: its type, whether it can be NULL, whether an index begins with it, and how many
-- rows the table is thought to have.
-- $1 name of the table, $2 name of the column
SELECT format_type(a.atttypid, a.atttypmod), a.attnotnull,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indkey[0] = a.attnum
                 AND i.indpred IS NULL),
       greatest((SELECT sum(greatest(c.reltuples, 0)) FROM pg_class c
                 WHERE c.oid IN (SELECT coalesce(t.relid, a.attrelid) FROM (SELECT 1) one
                                 LEFT JOIN pg_partition_tree(a.attrelid) t ON true)), 0)::bigint
FROM pg_attribute a
WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped;
