-- check: security.definer_public
-- title: SECURITY DEFINER functions that everybody may execute
-- severity: warning
-- needs: none
-- why: EXECUTE is granted to PUBLIC by default. A function that runs with its owner's rights is then open to
--      every role that may use its schema. Functions of triggers, which cannot be called, and those of
--      extensions are left out.
-- threshold: any that PUBLIC may execute in a schema that PUBLIC may use
-- source: PostgreSQL documentation, CREATE FUNCTION, Writing SECURITY DEFINER Functions Safely
-- trial: CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT
--      1'; GRANT USAGE ON SCHEMA public TO PUBLIC

SELECT p.oid::regprocedure::text AS object,
       format('Runs as %I%s, and PUBLIC may execute it.', r.rolname, CASE WHEN r.rolsuper THEN ', a superuser' ELSE '' END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('REVOKE EXECUTE ON %s %s FROM PUBLIC;', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure) AS fix,
       format('GRANT EXECUTE ON %s %s TO PUBLIC;', CASE p.prokind WHEN 'p' THEN 'PROCEDURE' ELSE 'FUNCTION' END, p.oid::regprocedure) AS undo
FROM pg_proc p
JOIN pg_namespace n ON n.oid = p.pronamespace
JOIN pg_roles r ON r.oid = p.proowner
WHERE p.prosecdef
  AND p.prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype)
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND has_schema_privilege('public', n.oid, 'USAGE')
  AND has_function_privilege('public', p.oid, 'EXECUTE')
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
ORDER BY object
