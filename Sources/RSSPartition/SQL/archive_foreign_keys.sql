-- The foreign keys of a partitioned table that a table lacks which is to become a partition of it.
--
-- Parameters:
--   $1  oid   the partitioned table
--   $2  text  the other one, as to_regclass reads it
--
-- Columns:
--   name                      the constraint
--   definition                as SQL writes it
--   schema, relation          what it references

SELECT k.conname::text AS name, pg_get_constraintdef(k.oid) AS definition, n.nspname::text AS schema, c.relname::text AS relation
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.confrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.convalidated AND k.conrelid = $1::oid
  AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conrelid = to_regclass($2) AND o.contype = 'f' AND o.convalidated
                  AND o.confrelid = k.confrelid AND pg_get_constraintdef(o.oid) = pg_get_constraintdef(k.oid))
ORDER BY 1
