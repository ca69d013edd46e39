-- A function that belongs to one of some roles.
--
-- $1 bigint[]: OIDs of functions; NULL for all of the database. $2 bigint[]: the roles, see lesser_roles.sql.
-- Columns: the function, its owner; one row at most.
SELECT format('%I.%I(%s)', n.nspname, p.proname, oidvectortypes(p.proargtypes)) AS name, pg_get_userbyid(p.proowner)::text AS owner
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE p.proowner::bigint = ANY ($2::bigint[]) AND ($1::bigint[] IS NULL OR p.oid::bigint = ANY ($1::bigint[]))
ORDER BY 1
LIMIT 1
