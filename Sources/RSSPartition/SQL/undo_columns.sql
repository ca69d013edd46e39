-- How the columns of a table that was a partition differ from those of the partitioned table.
--
-- Parameters:
--   $1  oid  the partitioned table
--   $2  oid  the former partition
--
-- Columns, a row for each column that differs:
--   problem  in words
--   remedy   the statement that changes the former partition

WITH own AS (
    SELECT * FROM pg_attribute WHERE attrelid = $2::bigint::oid AND attnum > 0 AND NOT attisdropped
), parent AS (
    SELECT * FROM pg_attribute WHERE attrelid = $1::bigint::oid AND attnum > 0 AND NOT attisdropped
)
SELECT format('it has no column %I', p.attname) AS problem,
       format('ALTER TABLE %s ADD COLUMN %I %s%s%s', $2::bigint::oid::regclass, p.attname, format_type(p.atttypid, p.atttypmod),
              CASE WHEN d.adbin IS NULL THEN ''
                   WHEN p.attgenerated = 's' THEN format(' GENERATED ALWAYS AS (%s) STORED', pg_get_expr(d.adbin, d.adrelid))
                   ELSE format(' DEFAULT %s', pg_get_expr(d.adbin, d.adrelid)) END,
              CASE WHEN p.attnotnull THEN ' NOT NULL' ELSE '' END) AS remedy
FROM parent p
LEFT JOIN pg_attrdef d ON d.adrelid = p.attrelid AND d.adnum = p.attnum
WHERE NOT EXISTS (SELECT FROM own o WHERE o.attname = p.attname)
UNION ALL
SELECT format('the table has no column %I', o.attname), format('ALTER TABLE %s DROP COLUMN %I, or RENAME COLUMN where it was renamed in the table', o.attrelid::regclass, o.attname)
FROM own o
WHERE NOT EXISTS (SELECT FROM parent p WHERE p.attname = o.attname)
UNION ALL
SELECT format('the column %I is of the type %s, and of the type %s in the table', o.attname, format_type(o.atttypid, o.atttypmod),
              format_type(p.atttypid, p.atttypmod)),
       format('ALTER TABLE %s ALTER COLUMN %I TYPE %s', o.attrelid::regclass, o.attname, format_type(p.atttypid, p.atttypmod))
FROM own o
JOIN parent p ON p.attname = o.attname
WHERE (o.atttypid, o.atttypmod) IS DISTINCT FROM (p.atttypid, p.atttypmod)
UNION ALL
SELECT format('the column %I may be NULL, and not so in the table', o.attname),
       format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', o.attrelid::regclass, o.attname)
FROM own o
JOIN parent p ON p.attname = o.attname
WHERE p.attnotnull AND NOT o.attnotnull
ORDER BY 1
