-- What the session may see, and the view of pg_stat_statements, which the checks name.
SELECT current_setting('is_superuser')::boolean AS is_superuser,
       pg_has_role('pg_monitor', 'MEMBER') AS is_monitor,
       e.oid IS NOT NULL AS has_stat_statements,
       format('%I.pg_stat_statements', n.nspname) AS statements_view
FROM (VALUES (1)) AS one (x)
LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace;
