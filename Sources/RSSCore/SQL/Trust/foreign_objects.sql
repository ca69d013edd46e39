-- What exists already of all that migrations make only if it is missing, or replace, and belongs to a role that is neither a superuser,
-- nor the owner of the database, nor one that this session is or may become (of a superuser's session: its own). It would stay that role's:
-- who owns a schema can drop what is in it, and who owns a function can give it another body.
--
-- $1 text[]: schemas. $2 text[], $3 text[]: schemas and names of functions, tables and views, one with the other.
-- Columns: what it is, its owner; one row at most.
WITH trusted AS (
    SELECT r.oid FROM pg_roles AS r
    WHERE r.rolsuper OR r.oid = (SELECT d.datdba FROM pg_database AS d WHERE d.datname = current_database())
        OR r.rolname IN ('pg_database_owner', current_user, session_user)
        OR NOT current_setting('is_superuser')::boolean AND pg_has_role(session_user, r.oid, 'MEMBER')
), named AS (
    SELECT n.oid, u.name FROM unnest($2::text[], $3::text[]) AS u (schema, name) JOIN pg_namespace AS n ON n.nspname = u.schema
), found (what, owner) AS (
    SELECT format('schema %I', n.nspname), n.nspowner FROM pg_namespace AS n WHERE n.nspname = ANY ($1::text[])
    UNION ALL
    SELECT format('%s %s', CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, p.oid::regprocedure), p.proowner
    FROM pg_proc AS p JOIN named ON p.pronamespace = named.oid AND p.proname = named.name
    UNION ALL
    SELECT format('%s %s', CASE c.relkind WHEN 'v' THEN 'view' ELSE 'table' END, c.oid::regclass),
        c.relowner
    FROM pg_class AS c JOIN named ON c.relnamespace = named.oid AND c.relname = named.name
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')
)
SELECT found.what, pg_get_userbyid(found.owner)::text AS owner
FROM found WHERE found.owner NOT IN (SELECT t.oid FROM trusted AS t)
ORDER BY 1
LIMIT 1
