-- What the session may see, which of the catalog columns that checks read the server has, and the view of
-- pg_stat_statements, which the checks name.
--
-- It switches JIT off for the session: compiling the queries takes ten times as long as running them.
--
-- Parameters:
--   $1  text[]  relation.column, each of pg_catalog

SELECT current_setting('is_superuser')::boolean AS is_superuser,
       -- What counts is whether the right is in use: a member without INHERIT sees nothing of other sessions.
       pg_has_role('pg_read_all_stats', 'USAGE') AS is_monitor,
       CASE WHEN NOT pg_has_role('pg_monitor', 'MEMBER') THEN format('GRANT pg_monitor TO %I', current_user)
            WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_auth_members'::regclass AND attname = 'inherit_option')
                THEN format('GRANT pg_monitor TO %I WITH INHERIT TRUE', current_user)
            ELSE format('ALTER ROLE %I INHERIT', current_user) END AS monitor_hint,
       CASE WHEN NOT has_function_privilege('pg_catalog.pg_show_all_file_settings()', 'EXECUTE')
            THEN format('GRANT EXECUTE ON FUNCTION pg_catalog.pg_show_all_file_settings() TO %I', current_user) END AS file_settings_hint,
       e.oid IS NOT NULL AS has_stat_statements,
       CASE WHEN n.oid IS NOT NULL THEN format('%I.pg_stat_statements', n.nspname) END AS statements_view,
       ARRAY(SELECT w FROM unnest($1::text[]) AS u (w)
             JOIN pg_class c ON c.relnamespace = 'pg_catalog'::regnamespace AND c.relname = split_part(w, '.', 1)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = split_part(w, '.', 2)) AS columns,
       set_config('jit', 'off', false) AS jit
FROM (VALUES (1)) AS one (x)
LEFT JOIN pg_extension e ON e.extname = 'pg_stat_statements'
LEFT JOIN pg_namespace n ON n.oid = e.extnamespace;
