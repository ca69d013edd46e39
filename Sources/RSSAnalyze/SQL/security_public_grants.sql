-- check: security.public_grants
-- title: Tables that everybody may change
-- severity: warning
-- needs: none
-- why: A right that is granted to PUBLIC holds for every role of the server, also for those made later.
-- threshold: INSERT, UPDATE, DELETE or TRUNCATE for PUBLIC on a table, or UPDATE on a sequence
-- source: PostgreSQL documentation, 5.7 Privileges
-- trial: CREATE TABLE t (id int PRIMARY KEY); GRANT UPDATE ON t TO PUBLIC

SELECT c.oid::regclass::text AS object,
       format('PUBLIC has %s.', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)) AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       format('REVOKE %s ON %s%s FROM PUBLIC;', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
              CASE WHEN c.relkind = 'S' THEN 'SEQUENCE ' ELSE '' END, c.oid::regclass) AS fix,
       format('GRANT %s ON %s%s TO PUBLIC;', string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type),
              CASE WHEN c.relkind = 'S' THEN 'SEQUENCE ' ELSE '' END, c.oid::regclass) AS undo
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) AS a
WHERE a.grantee = 0
  AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
  AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
GROUP BY c.oid, c.relkind
ORDER BY object
