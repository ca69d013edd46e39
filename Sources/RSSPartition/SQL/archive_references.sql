-- The foreign keys that reference a table, each once: those that partitions have as parts of their parent's are left out.
--
-- Parameters:
--   $1  oid   the table
--
-- Columns:
--   oid, schema, name       the table that references it
--   is_partitioned          whether that one is partitioned
--   constraint_name         the foreign key
--   columns                 its columns
--   referenced              the columns they reference, in the same order
--   on_delete               a NO ACTION, r RESTRICT, c CASCADE, n SET NULL, d SET DEFAULT
--   definition              as SQL writes it

SELECT c.oid::bigint, n.nspname::text AS schema, c.relname::text AS name, c.relkind = 'p' AS is_partitioned,
       k.conname::text AS constraint_name,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (num, place)
             JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num ORDER BY place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (num, place)
             JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num ORDER BY place) AS referenced,
       k.confdeltype::text AS on_delete,
       pg_get_constraintdef(k.oid) AS definition
FROM pg_constraint k
JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.confrelid = $1::oid
ORDER BY 2, 3, 5
