-- The schema in which a name without one is found: the first along a path of schemas.
--
-- Parameters:
--   $1  text[]  the schemas, in order; $user is that of the role's name
--   $2  text    the name
--
-- No row: no schema of the path has a relation of the name. Columns: schema

SELECT n.nspname::text AS schema
FROM unnest($1::text[]) WITH ORDINALITY AS path (schema, place)
JOIN pg_namespace n ON n.nspname::text = CASE path.schema WHEN '$user' THEN current_user::text ELSE path.schema END
JOIN pg_class c ON c.relnamespace = n.oid AND c.relname::text = $2::text
ORDER BY path.place
LIMIT 1
