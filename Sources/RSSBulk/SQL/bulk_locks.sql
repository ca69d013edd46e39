-- The keys of the advisory locks that sessions hold in this database: a run that loads holds that of its id.
SELECT (l.classid::bigint << 32) | l.objid::bigint AS key
FROM pg_catalog.pg_locks AS l
JOIN pg_catalog.pg_database AS d ON d.oid = l.database
WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted AND d.datname = current_database();
