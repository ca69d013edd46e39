-- Names for indexes that no relation of their schemas has.
--
-- Parameters:
--   $1  text[]  schemas
--   $2  text[]  the names that they would have; a number is appended to one that is taken
-- Columns: the name, and the name with the schema, as SQL writes them.
SELECT quote_ident(free.name), format('%I.%I', u.schema, free.name)
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS u (schema, name, place)
CROSS JOIN LATERAL (
    SELECT u.name || CASE i WHEN 0 THEN '' ELSE i::text END AS name
    FROM generate_series(0, 1000) AS i
    WHERE NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                      WHERE n.nspname = u.schema AND c.relname = u.name || CASE i WHEN 0 THEN '' ELSE i::text END)
    ORDER BY i LIMIT 1
) AS free
ORDER BY u.place
