-- The tables that rights are granted on, with their owners.
--
-- Parameters:
--   $1  text[]  the names of rssctl's own tables
--
-- Columns:
--   name      the table, as SQL writes it
--   owner     its owner
--   is_mine   the session's role may grant rights on it
--   schema    its schema, quoted; NULL for rssctl and files

SELECT format('%I.%I', n.nspname, c.relname) AS name, pg_get_userbyid(c.relowner)::text AS owner,
    pg_has_role(c.relowner, 'USAGE') AS is_mine,
    CASE WHEN n.nspname NOT IN ('rssctl', 'files') THEN quote_ident(n.nspname::text) END AS schema
FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'rssctl' AND c.relname::text = ANY ($1)
    OR c.oid IN (to_regclass('public.organizations')::oid, to_regclass('public.offices')::oid, to_regclass('public.users')::oid,
        to_regclass('public.access_roles')::oid, to_regclass('public.user_role_assignments')::oid,
        to_regclass('public.categories')::oid, to_regclass('public.visit_reports')::oid,
        to_regclass('public.visit_report_keys')::oid, to_regclass('public.hardware_inventory')::oid,
        to_regclass('public.recycling_records')::oid, to_regclass('files.file_attachments')::oid)
ORDER BY 1
