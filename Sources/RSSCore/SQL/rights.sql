-- What the session may see, and the search_path with which the checks find pg_stat_statements.
SELECT current_setting('is_superuser')::boolean AS is_superuser,
       pg_has_role('pg_monitor', 'MEMBER') AS is_monitor,
       e.oid IS NOT NULL AS has_stat_statements,
       concat_ws(', ', nullif(current_setting('search_path'), ''), quote_ident(n.nspname)) AS search_path
FROM (VALUES (1)) AS one (x)
LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace;
