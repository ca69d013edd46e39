-- check: security.program_roles
-- title: Roles that may run programs or write files on the server
-- severity: warning
-- needs: none
-- why: A member of pg_execute_server_program, pg_write_server_files or pg_read_server_files can become
--      superuser by way of the files of the server. Superusers, who can anyway, are left out.
-- threshold: any role that may log in
-- source: PostgreSQL documentation, 22.5 Predefined Roles
-- trial: CREATE ROLE r LOGIN; GRANT pg_read_server_files TO r

SELECT quote_ident(r.rolname) AS object,
       format('May log in and is a member of %s.', string_agg(g.rolname, ', ' ORDER BY g.rolname)) AS detail,
       count(*)::double precision AS measured,
       0::double precision AS threshold,
       string_agg(format('REVOKE %I FROM %I;', g.rolname, r.rolname), ' ' ORDER BY g.rolname) AS fix,
       string_agg(format('GRANT %I TO %I;', g.rolname, r.rolname), ' ' ORDER BY g.rolname) AS undo
FROM pg_roles r
JOIN pg_roles g ON g.rolname IN ('pg_execute_server_program', 'pg_write_server_files', 'pg_read_server_files')
WHERE r.rolcanlogin AND NOT r.rolsuper
  AND pg_has_role(r.oid, g.oid, 'MEMBER')
GROUP BY r.rolname
ORDER BY object
