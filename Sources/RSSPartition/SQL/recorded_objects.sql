-- The existing objects in rssctl's records of a partitioned table that belong to another role than the table.
--
-- Parameters:
--   $1  text    the table, as to_regclass reads it
--   $2  text[]  relations, likewise
--   $3  text[]  schemas of functions
--   $4  text[]  and their names
--   $5  text[]  schemas of extended statistics
--   $6  text[]  and their names
--
-- Columns:
--   object       as SQL writes it
--   owner        whom it belongs to
--   table_owner  whom the table belongs to; NULL: the table does not exist
--   fix          the statement that would make it part of the table

WITH parent AS MATERIALIZED (
    SELECT c.relowner AS owner FROM pg_class c WHERE c.oid = to_regclass($1)
), objects AS MATERIALIZED (
    SELECT u.name AS object, c.relowner AS owner, 'TABLE' AS kind
    FROM unnest($2::text[]) AS u (name) JOIN pg_class c ON c.oid = to_regclass(u.name)
    UNION ALL
    SELECT format('%I.%I(%s)', n.nspname, f.proname, pg_get_function_identity_arguments(f.oid)), f.proowner, 'FUNCTION'
    FROM unnest($3::text[], $4::text[]) AS u (schema, name)
    JOIN pg_namespace n ON n.nspname = u.schema::name
    JOIN pg_proc f ON f.pronamespace = n.oid AND f.proname = u.name::name
    UNION ALL
    SELECT format('%I.%I', n.nspname, s.stxname), s.stxowner, 'STATISTICS'
    FROM unnest($5::text[], $6::text[]) AS u (schema, name)
    JOIN pg_namespace n ON n.nspname = u.schema::name
    JOIN pg_statistic_ext s ON s.stxnamespace = n.oid AND s.stxname = u.name::name
)
SELECT o.object, pg_get_userbyid(o.owner)::text AS owner,
       (SELECT pg_get_userbyid(p.owner)::text FROM parent p) AS table_owner,
       format('ALTER %s %s OWNER TO ', o.kind, o.object) || quote_ident((SELECT pg_get_userbyid(p.owner)::text FROM parent p)) AS fix
FROM objects o
WHERE o.owner IS DISTINCT FROM (SELECT p.owner FROM parent p)
ORDER BY o.object
LIMIT 1
