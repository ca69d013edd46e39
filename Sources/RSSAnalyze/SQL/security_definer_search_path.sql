-- check: security.definer_search_path
-- title: SECURITY DEFINER functions without a search_path
-- severity: warning
-- needs: none
-- why: Such a function runs with its owner's rights, but finds unqualified names by its caller's path: a caller
--      who may create an object in a schema of that path runs code as the owner. A function that only its owner
--      may execute, one with a body in standard SQL, which is bound when it is made, and those of extensions
--      are left out.
-- threshold: any
-- source: PostgreSQL documentation, CREATE FUNCTION, Writing SECURITY DEFINER Functions Safely
-- trial: CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'

SELECT p.oid::regprocedure::text AS object,
       format('Runs as %I and does not set search_path.', r.rolname) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER %s %s SET search_path = pg_catalog, %I, pg_temp;', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END,
              p.oid::regprocedure, n.nspname) AS fix,
       format('ALTER %s %s RESET search_path;', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure) AS undo
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_roles r ON r.oid = p.proowner
WHERE p.prosecdef
  AND p.prosqlbody IS NULL
  AND NOT EXISTS (SELECT FROM unnest(p.proconfig) AS c (setting) WHERE c.setting LIKE 'search\_path=%')
  AND EXISTS (SELECT FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) AS a
              WHERE a.grantee <> p.proowner AND a.privilege_type = 'EXECUTE')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY object
