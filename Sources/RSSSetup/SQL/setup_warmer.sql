-- The rights of a role that warms the cache:
--   psql -v role=rssctl_warmer -v database=rss -v schema=public -f setup_warmer.sql
GRANT CONNECT ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema", files TO :"role";
GRANT SELECT ON public.organizations, public.visit_reports, public.hardware_inventory TO :"role";
GRANT SELECT (id, name) ON public.offices TO :"role";
GRANT SELECT (id, first_name, last_name, is_active) ON public.users TO :"role";
GRANT SELECT (visit_report_id) ON public.recycling_records, files.file_attachments TO :"role";
GRANT SELECT (user_id, role_id, is_active, expires_at) ON public.user_role_assignments TO :"role";
GRANT SELECT (id, permissions) ON public.access_roles TO :"role";
