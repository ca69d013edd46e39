-- The table of settings of pg_partman, as SQL writes it: of the extension, or of a role that is trusted with the database. Anybody
-- may make a table of that name; what it says decides how long partitions are kept, and a policy on it would run code.

SELECT c.oid::regclass::text FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner
WHERE c.relname = 'part_config' AND c.relkind = 'r' AND NOT c.relrowsecurity AND has_table_privilege(c.oid, 'SELECT')
  AND has_schema_privilege(c.relnamespace, 'USAGE')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'parent_table')
  AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'premake')
  AND (r.rolsuper OR r.rolname = current_user
       OR r.oid = (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database())
       OR EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
                  WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_extension'::regclass
                    AND d.deptype = 'e' AND e.extname = 'pg_partman'))
ORDER BY c.oid LIMIT 1
