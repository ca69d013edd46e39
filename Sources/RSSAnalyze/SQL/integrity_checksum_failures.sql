-- check: integrity.checksum_failures
-- title: Damaged pages
-- severity: critical
-- needs: none
-- why: A page whose checksum is wrong was damaged on the disk or on its way: the disk, or the machine, is
--      failing.
-- threshold: any since the last reset of the statistics
-- source: PostgreSQL documentation, 30.2 Data Checksums

SELECT quote_ident(d.datname) AS object,
       format('%s page%s failed, the last at %s.', d.checksum_failures, CASE WHEN d.checksum_failures = 1 THEN '' ELSE 's' END, to_char(d.checksum_last_failure, 'YYYY-MM-DD HH24:MI TZ')) AS detail,
       d.checksum_failures::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_stat_database d
WHERE d.checksum_failures > 0
ORDER BY object
