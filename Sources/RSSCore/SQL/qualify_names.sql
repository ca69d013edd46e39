-- The schema to which each of some names ($1) leads along a path ($2): the first of its schemas that has a relation of that
-- name; where none has, the first that exists; NULL where none does. pg_catalog comes first unless the path names it.
WITH path AS (
    SELECT n.oid, n.nspname, p.place
    FROM unnest($2::text[]) WITH ORDINALITY AS p (schema, place)
    JOIN pg_namespace n ON n.nspname = CASE p.schema WHEN '$user' THEN current_user::text ELSE p.schema END
)
SELECT coalesce(
    (SELECT p.nspname
     FROM (SELECT * FROM path
           UNION ALL SELECT n.oid, n.nspname, 0 FROM pg_namespace n
           WHERE n.nspname = 'pg_catalog' AND NOT EXISTS (SELECT FROM path WHERE nspname = 'pg_catalog')) AS p
     JOIN pg_class c ON c.relnamespace = p.oid AND c.relname = wanted.name
     ORDER BY p.place LIMIT 1),
    (SELECT p.nspname FROM path p ORDER BY p.place LIMIT 1))::text AS schema
FROM unnest($1::text[]) WITH ORDINALITY AS wanted (name, place)
ORDER BY wanted.place;
