-- The columns of a table, and a digest of what a partition of it must have in common with it.
--
-- Parameters:
--   $1  oid  the table
--
-- One row:
--   columns    the columns that are written to: all but generated ones, in order
--   structure  digest over columns, types, expressions, CHECK constraints and foreign keys

SELECT ARRAY(SELECT a.attname::text FROM pg_attribute a
             WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
             ORDER BY a.attnum) AS columns,
       md5(concat_ws('|',
           (SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod), a.attcollation,
                                        a.attnotnull, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)), ',' ORDER BY a.attnum)
            FROM pg_attribute a
            LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped),
           (SELECT string_agg(concat_ws(' ', quote_ident(k.conname), pg_get_constraintdef(k.oid)), ',' ORDER BY k.conname)
            FROM pg_constraint k
            WHERE k.conrelid = t.oid AND k.contype IN ('c', 'f')
              -- Parts of a key to a partitioned table come and go with the partitions of that one.
              AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.oid = k.conparentid AND o.conrelid = k.conrelid)))) AS structure
FROM pg_class t
WHERE t.oid = $1::oid
