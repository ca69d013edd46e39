-- check: connections.limit
-- title: Connection limits of roles and databases that are nearly used up
-- severity: warning
-- needs: pg_monitor
-- why: A role or database with a limit of its own refuses connections while the server still has some.
-- threshold: 80 % of CONNECTION LIMIT, of at least 1
-- source: PostgreSQL documentation, CREATE ROLE; CREATE DATABASE
-- trial: CREATE ROLE r LOGIN CONNECTION LIMIT 1, with one session of it

SELECT format('role %I', r.rolname) AS object,
       format('%s of %s connections are taken.', x.used, r.rolconnlimit) AS detail,
       x.used::double precision / r.rolconnlimit AS measured,
       0.8::double precision AS threshold,
       format('ALTER ROLE %I CONNECTION LIMIT %s;', r.rolname, 2 * r.rolconnlimit) AS fix,
       format('ALTER ROLE %I CONNECTION LIMIT %s;', r.rolname, r.rolconnlimit) AS undo
FROM pg_roles r
CROSS JOIN LATERAL (SELECT count(*) AS used FROM pg_stat_activity a WHERE a.usesysid = r.oid AND a.backend_type = 'client backend') x
WHERE r.rolconnlimit > 0 AND NOT r.rolsuper AND x.used >= 0.8 * r.rolconnlimit
UNION ALL
SELECT format('database %I', d.datname), format('%s of %s connections are taken.', x.used, d.datconnlimit), x.used::double precision / d.datconnlimit, 0.8,
       format('ALTER DATABASE %I CONNECTION LIMIT %s;', d.datname, 2 * d.datconnlimit), format('ALTER DATABASE %I CONNECTION LIMIT %s;', d.datname, d.datconnlimit)
FROM pg_database d
CROSS JOIN LATERAL (SELECT count(*) AS used FROM pg_stat_activity a WHERE a.datid = d.oid AND a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()) x
WHERE d.datconnlimit > 0 AND x.used >= 0.8 * d.datconnlimit
ORDER BY measured DESC, object
