-- The key along which a backfill goes: its type, whether it can be NULL, whether an index begins with it, and how many
-- rows the table is thought to have; and the schema of the operators that compare its values, by its B-tree operator class.
-- $1 name of the table, $2 name of the column
SELECT format_type(a.atttypid, a.atttypmod), a.attnotnull,
       EXISTS (SELECT FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisvalid AND i.indkey[0] = a.attnum
                 AND i.indpred IS NULL),
       greatest((SELECT sum(greatest(c.reltuples, 0)) FROM pg_class c
                 WHERE c.oid IN (SELECT coalesce(t.relid, a.attrelid) FROM (SELECT 1) one
                                 LEFT JOIN pg_partition_tree(a.attrelid) t ON true)), 0)::bigint,
       coalesce((SELECT n.nspname::text FROM pg_amop m JOIN pg_operator o ON o.oid = m.amopopr
                 JOIN pg_namespace n ON n.oid = o.oprnamespace
                 WHERE m.amopmethod = (SELECT oid FROM pg_am WHERE amname = 'btree') AND m.amopstrategy = 5
                   AND m.amoplefttype = m.amoprighttype
                   AND m.amoplefttype = coalesce(nullif((SELECT t.typbasetype FROM pg_type t WHERE t.oid = a.atttypid), 0), a.atttypid)
                 LIMIT 1), 'pg_catalog')
FROM pg_attribute a
WHERE a.attrelid = to_regclass($1) AND a.attname = $2 AND a.attnum > 0 AND NOT a.attisdropped;
