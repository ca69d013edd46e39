-- The columns of a table whose values are archived, in order: generated ones are computed again when rows are restored.
--
-- Parameters:
--   $1  oid   the table
--
-- Columns:
--   name       the column
--   key_place  its place in the primary key, from 1; NULL for none

SELECT a.attname::text AS name,
       (SELECT u.place FROM pg_index i CROSS JOIN unnest(i.indkey::int2[]) WITH ORDINALITY AS u (num, place)
        WHERE i.indrelid = a.attrelid AND i.indisprimary AND u.num = a.attnum)::int AS key_place
FROM pg_attribute a
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
ORDER BY a.attnum
