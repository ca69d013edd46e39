-- The functions that have the name of the backend's, those on a path first, in its order.
--
-- Parameters: $1 text[], the schemas of the path.
--
-- Columns:
--   oid, schema
--   signature      as SQL quotes it
--   types          text[], the types of its arguments
--   arguments, defaults
--   is_plain       whether its types are PostgreSQL's own
--   owner          as SQL quotes it
--   may_call       whether the role may call it
--   place          int, the place of its schema on the path; NULL elsewhere

SELECT p.oid::bigint AS oid,
       n.nspname::text AS schema,
       format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS signature,
       (SELECT coalesce(array_agg(format_type(a.type, NULL) ORDER BY a.place), '{}')
        FROM unnest(p.proargtypes) WITH ORDINALITY AS a (type, place))::text[] AS types,
       p.pronargs::int AS arguments,
       p.pronargdefaults::int AS defaults,
       NOT EXISTS (SELECT FROM unnest(p.proargtypes) AS a (type) JOIN pg_type t ON t.oid = a.type
                   WHERE t.typnamespace <> 'pg_catalog'::regnamespace) AS is_plain,
       quote_ident(pg_get_userbyid(p.proowner)) AS owner,
       has_schema_privilege(n.oid, 'USAGE') AND has_function_privilege(p.oid, 'EXECUTE') AS may_call,
       path.place::int AS place
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
LEFT JOIN LATERAL (
    SELECT min(u.place) AS place FROM unnest($1::text[]) WITH ORDINALITY AS u (schema, place)
    WHERE CASE u.schema WHEN '$user' THEN current_user::text ELSE u.schema END = n.nspname
) path ON true
WHERE p.proname = 'get_visit_reports_optimized' AND p.prokind = 'f' AND n.nspname !~ '^pg_'
ORDER BY path.place NULLS LAST, 2, 3
