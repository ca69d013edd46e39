-- The indexes that a table still lacks so that it can replace partitions without any being built.
--
-- Parameters:
--   $1  oid    the partitioned table
--   $2  oid[]  the partition whose own indexes are carried over; empty for none
--   $3  oid    the table; NULL for one that is not there yet
--   $4  text   its quoted name
--
-- One column: a statement for each index.

WITH index AS (
    SELECT i.indrelid, i.indisunique, k.oid AS constraint_oid, c.oid AS index_oid,
           -- The definition after the table's name, so that indexes of different tables can be compared.
           substr(pg_get_indexdef(i.indexrelid),
                  1 + length(format('CREATE %sINDEX %I ON %s%I.%I ', CASE WHEN i.indisunique THEN 'UNIQUE ' END, c.relname,
                                    CASE WHEN c.relkind = 'I' THEN 'ONLY ' END, n.nspname, t.relname))) AS definition,
           pg_get_constraintdef(k.oid) AS constraint_definition
    FROM pg_index i
    JOIN pg_class c ON c.oid = i.indexrelid
    JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
    LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid AND k.contype IN ('p', 'u', 'x')
    WHERE i.indrelid IN ($1::oid, $3::oid)
       OR i.indrelid = ANY ($2::oid[]) AND i.indisvalid
          AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)
), counted AS (
    SELECT index.*, indrelid IS NOT DISTINCT FROM $3::oid AS is_there,
           row_number() OVER (PARTITION BY indrelid IS NOT DISTINCT FROM $3::oid, definition, indisunique, constraint_definition
                              ORDER BY index_oid) AS n
    FROM index
)
SELECT CASE WHEN w.constraint_oid IS NULL
            THEN format('CREATE %sINDEX ON %s %s', CASE WHEN w.indisunique THEN 'UNIQUE ' END, $4::text, w.definition)
            ELSE format('ALTER TABLE %s ADD %s', $4::text, w.constraint_definition) END AS statement
FROM counted w
WHERE NOT w.is_there
  AND NOT EXISTS (SELECT FROM counted h
                  WHERE h.is_there AND h.definition = w.definition AND h.indisunique = w.indisunique AND h.n = w.n
                    AND h.constraint_definition IS NOT DISTINCT FROM w.constraint_definition)
ORDER BY w.index_oid
