-- check: role.password_expires
-- title: Roles whose password expires
-- severity: warning
-- needs: none
-- why: From VALID UNTIL on the role can no longer log in by its password, and what uses it stops.
-- threshold: a role that may log in, within 14 days, or since less than 30
-- source: PostgreSQL documentation, CREATE ROLE, VALID UNTIL
-- trial: CREATE ROLE r LOGIN PASSWORD 'x' VALID UNTIL 'tomorrow'

SELECT quote_ident(r.rolname) AS object,
       format('Its password %s on %s.', CASE WHEN r.rolvaliduntil < now() THEN 'expired' ELSE 'expires' END,
              to_char(r.rolvaliduntil, 'YYYY-MM-DD HH24:MI TZ')) AS detail,
       (extract(epoch FROM r.rolvaliduntil - now()) / 86400)::double precision AS measured,
       14::double precision AS threshold,
       format('ALTER ROLE %I VALID UNTIL ''%s'';', r.rolname, to_char(now() + interval '1 year', 'YYYY-MM-DD')) AS fix,
       format('ALTER ROLE %I VALID UNTIL %L;', r.rolname, r.rolvaliduntil) AS undo
FROM pg_roles r
WHERE r.rolcanlogin
  AND isfinite(r.rolvaliduntil)
  AND r.rolvaliduntil BETWEEN now() - interval '30 days' AND now() + interval '14 days'
ORDER BY object
