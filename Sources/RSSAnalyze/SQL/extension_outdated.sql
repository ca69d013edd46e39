-- check: extension.outdated
-- title: Extensions whose update was not installed
-- severity: info
-- needs: none
-- why: The files on the server are of a newer version than the objects in the database: fixes of the update are
--      not in effect.
-- threshold: installed version differs from the default version
-- source: PostgreSQL documentation, ALTER EXTENSION
-- trial: CREATE EXTENSION pg_stat_statements VERSION '1.7'

SELECT quote_ident(e.extname) AS object,
       format('Installed is %s, the server has %s.', e.extversion, a.default_version) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('ALTER EXTENSION %I UPDATE;', e.extname) AS fix,
       NULL::text AS undo
FROM pg_extension e
JOIN pg_available_extensions() AS a ON a.name = e.extname
WHERE a.default_version <> e.extversion
ORDER BY object
