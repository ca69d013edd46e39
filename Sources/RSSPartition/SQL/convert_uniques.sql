-- The unique indexes of a table that do not contain the column it is to be partitioned by: no partitioned table can have
-- them.
--
-- Parameters:
--   $1  bigint  the table
--   $2  text    that column
--
-- Columns:
--   name           the index, and the constraint where there is one
--   is_primary     it is the primary key
--   is_constraint  it is a primary key or UNIQUE constraint
--   key_columns    its columns in order; NULL where one is an expression, or where it is partial
--   has_included   it has columns after INCLUDE
--   comment        on the constraint or index; NULL for none

SELECT c.relname::text AS name, i.indisprimary AS is_primary, k.oid IS NOT NULL AS is_constraint,
       CASE WHEN i.indexprs IS NULL AND i.indpred IS NULL THEN ARRAY(
           SELECT a.attname::text FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS u (attnum, n)
           JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
           WHERE u.n <= i.indnkeyatts ORDER BY u.n) END AS key_columns,
       i.indnatts > i.indnkeyatts AS has_included,
       coalesce(obj_description(k.oid, 'pg_constraint'), obj_description(c.oid, 'pg_class')) AS comment
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u')
WHERE i.indrelid = $1::oid AND i.indisunique
  AND NOT EXISTS (SELECT FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS u (attnum, n)
                  JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
                  WHERE u.n <= i.indnkeyatts AND a.attname = $2)
ORDER BY i.indisprimary DESC, c.relname
