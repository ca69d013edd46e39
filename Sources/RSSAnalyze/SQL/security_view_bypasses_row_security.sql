-- check: security.view_bypasses_row_security
-- title: Views that bypass row security
-- severity: warning
-- needs: none
-- why: A view reads its tables with the rights of its owner. If the owner is exempt from row security, who may
--      read the view sees the rows that the policies of the table hide. security_invoker (PostgreSQL 15) makes
--      the view read as its user.
-- threshold: a view, readable by another role than its owner, over a table with row security from which its
--      owner is exempt
-- source: PostgreSQL documentation, 5.8 Row Security Policies; CREATE VIEW, security_invoker
-- trial: CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t
--      USING (id > 0); CREATE VIEW v AS SELECT * FROM t; GRANT SELECT ON v TO PUBLIC

SELECT v.oid::regclass::text AS object,
       format('Reads %s as %I, whom its policies do not bind.', string_agg(DISTINCT t.oid::regclass::text, ', '), r.rolname) AS detail,
       count(DISTINCT t.oid)::double precision AS measured,
       0::double precision AS threshold,
       CASE WHEN current_setting('server_version_num')::int >= 150000
            THEN format('ALTER VIEW %s SET (security_invoker = true);', v.oid::regclass) END AS fix,
       CASE WHEN current_setting('server_version_num')::int >= 150000
            THEN format('ALTER VIEW %s RESET (security_invoker);', v.oid::regclass) END AS undo
FROM pg_class v
JOIN pg_namespace n ON n.oid = v.relnamespace
JOIN pg_roles r ON r.oid = v.relowner
JOIN pg_rewrite w ON w.ev_class = v.oid
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> v.oid
JOIN pg_class t ON t.oid = d.refobjid AND t.relrowsecurity
WHERE v.relkind = 'v'
  AND NOT EXISTS (SELECT FROM pg_options_to_table(v.reloptions) o WHERE o.option_name = 'security_invoker' AND o.option_value IN ('true', 'on', '1', 'yes'))
  AND (r.rolsuper OR r.rolbypassrls OR t.relowner = v.relowner AND NOT t.relforcerowsecurity)
  AND EXISTS (SELECT FROM aclexplode(v.relacl) AS a WHERE a.grantee <> v.relowner AND a.privilege_type = 'SELECT')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
GROUP BY v.oid, r.rolname
ORDER BY object
