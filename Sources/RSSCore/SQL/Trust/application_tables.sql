-- The tables of the application that report, cache and seed work with.
--
-- Column: the name, as to_regclass takes it.
SELECT name
FROM (VALUES
    ('public.visit_reports'), ('public.visit_report_keys'), ('public.organizations'), ('public.offices'), ('public.users'),
    ('public.access_roles'), ('public.user_role_assignments'), ('public.categories'), ('public.hardware_inventory'),
    ('public.recycling_records'), ('files.file_attachments')
) AS t (name)
