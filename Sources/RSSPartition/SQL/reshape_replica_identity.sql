-- The index of a table that matches the one by which replicas identify rows of the partitioned table.
--
-- Parameters:
--   $1  oid  the partitioned table
--   $2  oid  the table
--
-- No row where the partitioned table has none; else one:
--   name  the index

WITH index AS (
    SELECT i.indrelid, i.indexrelid, i.indisreplident,
           ARRAY(SELECT a.attname FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                 WHERE k.n <= i.indnkeyatts ORDER BY k.n) AS columns
    FROM pg_index i
    WHERE i.indrelid IN ($1::oid, $2::oid) AND i.indisunique AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
)
SELECT c.relname::text AS name
FROM index p
JOIN index t ON t.indrelid = $2::oid AND t.columns = p.columns
JOIN pg_class c ON c.oid = t.indexrelid
WHERE p.indrelid = $1::oid AND p.indisreplident
ORDER BY t.indexrelid
LIMIT 1
