-- check: security.default_privileges_public
-- title: Default privileges that grant to everybody
-- severity: warning
-- needs: none
-- why: Objects that are created from now on are open to every role.
-- threshold: any right on tables or schemas for PUBLIC by ALTER DEFAULT PRIVILEGES
-- source: PostgreSQL documentation, ALTER DEFAULT PRIVILEGES
-- trial: ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT INSERT ON TABLES TO PUBLIC

SELECT format('default privileges of %I%s', r.rolname, coalesce(' in schema ' || quote_ident(n.nspname), '')) AS object,
       format('New %s of %I grant %s to PUBLIC.', kind.name, r.rolname, string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type)) AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s REVOKE %s ON %s FROM PUBLIC;', r.rolname, coalesce(' IN SCHEMA ' || quote_ident(n.nspname), ''),
              string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type), upper(kind.name)) AS fix,
       format('ALTER DEFAULT PRIVILEGES FOR ROLE %I%s GRANT %s ON %s TO PUBLIC;', r.rolname, coalesce(' IN SCHEMA ' || quote_ident(n.nspname), ''),
              string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type), upper(kind.name)) AS undo
FROM pg_default_acl da
JOIN pg_roles r ON r.oid = da.defaclrole
LEFT JOIN pg_namespace n ON n.oid = da.defaclnamespace
JOIN (VALUES ('r', 'tables'), ('S', 'sequences'), ('n', 'schemas')) AS kind (type, name) ON kind.type = da.defaclobjtype::text
CROSS JOIN LATERAL aclexplode(da.defaclacl) AS a
WHERE a.grantee = 0
GROUP BY r.rolname, n.nspname, kind.name
ORDER BY object
