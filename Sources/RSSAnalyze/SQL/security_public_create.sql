-- check: security.public_create
-- title: Schemas and databases in which everybody may create objects
-- severity: warning
-- needs: none
-- why: Who may create objects in a schema of the search path can shadow functions and operators of others and
--      have them run by those others (CVE-2018-1058). PostgreSQL 14 and earlier grant it on public by default.
-- threshold: CREATE for PUBLIC on a schema or on this database
-- source: PostgreSQL documentation, 5.9.6 Usage Patterns
-- trial: GRANT CREATE ON SCHEMA public TO PUBLIC

SELECT quote_ident(n.nspname) AS object,
       'PUBLIC may create objects in this schema.' AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC;', n.nspname) AS fix,
       format('GRANT CREATE ON SCHEMA %I TO PUBLIC;', n.nspname) AS undo
FROM pg_namespace n
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp_)'
  AND EXISTS (SELECT FROM aclexplode(n.nspacl) AS a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
UNION ALL
SELECT format('database %I', d.datname), 'PUBLIC may create schemas in this database.', 1, 0,
       format('REVOKE CREATE ON DATABASE %I FROM PUBLIC;', d.datname), format('GRANT CREATE ON DATABASE %I TO PUBLIC;', d.datname)
FROM pg_database d
WHERE d.datname = current_database()
  AND EXISTS (SELECT FROM aclexplode(d.datacl) AS a WHERE a.grantee = 0 AND a.privilege_type = 'CREATE')
ORDER BY object
