-- The columns that identify a row of some tables: those of a unique index that all of them have,
-- over NOT NULL columns, not partial, not deferrable.
--
-- Parameters:
--   $1  oid    the partitioned table
--   $2  oid[]  the tables
--
-- No row without such an index; else one for each column:
--   name        the column
--   type        its type
--   equals      the operator of the index that compares two of them, as SQL writes it
--   is_parents  the index is one of the partitioned table's

WITH candidate AS (
    SELECT i.indexrelid, i.indrelid, i.indisprimary, i.indisreplident,
           ARRAY(SELECT a.attname::text
                 FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                 JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                 WHERE k.n <= i.indnkeyatts
                 ORDER BY a.attname) AS columns,
           EXISTS (SELECT FROM pg_inherits h JOIN pg_index p ON p.indexrelid = h.inhparent
                   WHERE h.inhrelid = i.indexrelid AND p.indrelid = $1::oid) AS is_parents
    FROM pg_index i
    WHERE i.indrelid = ANY ($2::oid[])
      AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL
      AND NOT EXISTS (SELECT FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
                      JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                      WHERE k.n <= i.indnkeyatts AND NOT a.attnotnull)
), chosen AS (
    SELECT columns, bool_and(is_parents) AS is_parents, min(indexrelid) FILTER (WHERE indrelid = ($2::oid[])[1]) AS index
    FROM candidate
    GROUP BY columns
    HAVING count(DISTINCT indrelid) = cardinality($2::oid[])
    ORDER BY bool_and(is_parents) DESC, bool_or(indisprimary) DESC, bool_or(indisreplident) DESC, cardinality(columns), columns
    LIMIT 1
)
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       (SELECT format('OPERATOR(%I.%s)', n.nspname, o.oprname)
        FROM pg_opclass oc
        JOIN pg_amop m ON m.amopfamily = oc.opcfamily AND m.amoplefttype = oc.opcintype AND m.amoprighttype = oc.opcintype
                      AND m.amopstrategy = 3
        JOIN pg_operator o ON o.oid = m.amopopr
        JOIN pg_namespace n ON n.oid = o.oprnamespace
        WHERE oc.oid = (i.indclass::oid[])[k.n - 1]) AS equals,
       chosen.is_parents
FROM chosen
JOIN pg_index i ON i.indexrelid = chosen.index
CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, n)
JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
WHERE k.n <= i.indnkeyatts
ORDER BY k.n
