-- check: collation.version
-- title: Collations whose version changed
-- severity: critical
-- needs: none
-- reads: pg_database.datcollversion
-- why: The library that sorts was updated: indexes on texts may be in the wrong order, so that rows are not
--      found and duplicates get in. They are to be rebuilt, and then the version is to be refreshed.
-- threshold: any collation of the database or of a column, or the one of the database
-- source: PostgreSQL documentation, ALTER COLLATION, Notes
-- trial: UPDATE pg_collation SET collversion = '1' WHERE collname = 'en-x-icu'

WITH used AS MATERIALIZED (
    SELECT a.attcollation AS oid, count(*) AS columns FROM pg_attribute a WHERE a.attcollation <> 0 AND a.attnum > 0 AND NOT a.attisdropped GROUP BY a.attcollation
), actual AS MATERIALIZED (
    SELECT co.oid, co.collnamespace, co.collname, co.collversion, used.columns, pg_collation_actual_version(co.oid) AS version
    FROM used
    JOIN pg_collation co ON co.oid = used.oid AND co.collversion IS NOT NULL
)
SELECT format('collation %I.%I', n.nspname, a.collname) AS object,
       format('Made with version %s of its library, the system has %s; used by %s column%s.', a.collversion, a.version, a.columns, CASE WHEN a.columns = 1 THEN '' ELSE 's' END) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       format('Rebuild the indexes on its columns with REINDEX, then: ALTER COLLATION %I.%I REFRESH VERSION;', n.nspname, a.collname) AS fix
FROM actual a
JOIN pg_namespace n ON n.oid = a.collnamespace
WHERE a.version <> a.collversion
UNION ALL
SELECT format('database %I', d.datname),
       format('Made with version %s of its default collation, the system has %s.', d.datcollversion, pg_database_collation_actual_version(d.oid)), 1, 0,
       format('Rebuild the indexes on texts with REINDEX DATABASE CONCURRENTLY %I, then: ALTER DATABASE %I REFRESH COLLATION VERSION;', d.datname, d.datname)
FROM pg_database d
WHERE d.datname = current_database() AND d.datcollversion <> pg_database_collation_actual_version(d.oid)
ORDER BY object
