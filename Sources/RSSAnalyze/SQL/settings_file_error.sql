-- check: settings.file_error
-- title: Errors in the configuration file
-- severity: warning
-- needs: file_settings
-- why: A line with an error is not in effect, and the next restart may fail because of it.
-- threshold: any line of pg_file_settings with an error that is not only waiting for a restart
-- source: PostgreSQL documentation, 54.8 pg_file_settings
-- trial: a line work_mem = 'lots' in postgresql.conf; SELECT pg_reload_conf()

SELECT coalesce(f.name, format('line %s', f.sourceline)) AS object,
       format('Line %s of %s: %s.', f.sourceline, regexp_replace(f.sourcefile, '^.*/', ''), f.error) AS detail,
       1::double precision AS measured,
       0::double precision AS threshold,
       NULL::text AS fix
FROM pg_show_all_file_settings() AS f
WHERE f.error IS NOT NULL
  AND NOT EXISTS (SELECT FROM pg_settings s WHERE s.name = f.name AND s.pending_restart)
  AND has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE')
ORDER BY object
