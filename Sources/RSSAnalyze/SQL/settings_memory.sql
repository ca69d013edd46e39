-- check: settings.memory
-- title: Memory settings too small
-- severity: info
-- needs: none
-- why: shared_buffers at the default of 128 MB or below while the database is 1 GB and more, or
--      maintenance_work_mem below 32 MB, leaves the memory of the machine unused. The size of the database is
--      estimated from relpages.
-- threshold: 128 MB of shared_buffers for 1 GB of data; maintenance_work_mem below 32 MB
-- source: PostgreSQL documentation, 20.4.1 Memory

WITH figures AS (
    SELECT (SELECT setting::double precision FROM pg_settings WHERE name = 'shared_buffers') * current_setting('block_size')::double precision AS buffers,
           (SELECT setting::double precision FROM pg_settings WHERE name = 'maintenance_work_mem') * 1024 AS maintenance,
           (SELECT sum(relpages::bigint) FROM pg_class WHERE relkind IN ('r', 'i', 't', 'm'))::double precision
               * current_setting('block_size')::double precision AS database_size
)
SELECT 'shared_buffers' AS object,
       format('shared_buffers is %s MB for a database of about %s MB.', (buffers / 1048576)::bigint, (database_size / 1048576)::bigint) AS detail,
       buffers AS measured,
       134217728::double precision AS threshold,
       'ALTER SYSTEM SET shared_buffers = ''1GB''; -- about a quarter of the memory of the machine; takes effect at the next restart' AS fix
FROM figures
WHERE buffers <= 134217728 AND database_size >= 1073741824
   OR buffers < 16777216
UNION ALL
SELECT 'maintenance_work_mem',
       format('maintenance_work_mem is %s MB: building indexes and VACUUM take more passes.', (maintenance / 1048576)::bigint),
       maintenance,
       33554432,
       'ALTER SYSTEM SET maintenance_work_mem = ''256MB''; SELECT pg_reload_conf();'
FROM figures
WHERE maintenance < 33554432
