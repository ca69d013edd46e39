-- The roles that own partitioned tables which rssctl maintains: visit_reports, and those with a policy.
--
-- Columns:
--   owner        the role
--   is_super     it is a superuser, of which no role is to be made a member

SELECT DISTINCT r.rolname::text AS owner, r.rolsuper AS is_super
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_roles AS r ON r.oid = c.relowner
WHERE c.oid = to_regclass('public.visit_reports')::oid
    OR EXISTS (
        SELECT FROM rssctl.partition_policy AS p WHERE p.schema_name = n.nspname::text AND p.table_name = c.relname::text)
ORDER BY 1
