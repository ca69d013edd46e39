-- check: temp_files.heavy
-- title: Temporary files
-- severity: info
-- needs: none
-- why: Sorts and hashes that do not fit into work_mem are written to disk. Reported if the statistics hold at least
--      1 GB and it is more than 100 MB per hour.

WITH figures AS (
    SELECT d.datname, d.temp_files, d.temp_bytes::double precision AS bytes, since,
           greatest(extract(epoch FROM clock_timestamp() - since)::double precision / 3600, 0.1) AS hours
    FROM pg_stat_database d
    CROSS JOIN LATERAL (SELECT coalesce(d.stats_reset, pg_postmaster_start_time()) AS since) s
    WHERE d.datname = current_database()
)
SELECT quote_ident(datname) AS object,
       format('%s temporary files, %s MB in all since %s; work_mem is %s.', temp_files, (bytes / 1048576)::bigint,
              to_char(since, 'YYYY-MM-DD HH24:MI TZ'), current_setting('work_mem')) AS detail,
       bytes / hours AS measured,
       104857600::double precision AS threshold,
       NULL::text AS fix
FROM figures
WHERE bytes >= 1073741824
  AND bytes / hours >= 104857600
