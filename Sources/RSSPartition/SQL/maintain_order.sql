-- Which of several tables reference which by foreign keys.
--
-- Parameters:
--   $1  text[]  the tables, as to_regclass reads them
--
-- Columns:
--   referencing, referenced  places in the list, from 0

SELECT DISTINCT (a.place - 1)::int AS referencing, (b.place - 1)::int AS referenced
FROM unnest($1::text[]) WITH ORDINALITY AS a (name, place)
JOIN pg_constraint k ON k.conrelid = to_regclass(a.name) AND k.contype = 'f' AND k.conparentid = 0
JOIN unnest($1::text[]) WITH ORDINALITY AS b (name, place) ON k.confrelid = to_regclass(b.name)
WHERE a.place <> b.place
ORDER BY 1, 2
