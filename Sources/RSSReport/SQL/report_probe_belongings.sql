-- What belongs to the reports of report_probe_visits.sql: three devices, two recycling records and a file for most of them.

WITH category AS (
    INSERT INTO public.categories (id, name) VALUES ('52535300-0000-4000-8000-000000000031', 'Probe')
    RETURNING id
), visit AS MATERIALIZED (
    SELECT v.id, row_number() OVER (ORDER BY v.report_number) AS g FROM public.visit_reports v
    WHERE v.organization_id = '52535300-0000-4000-8000-000000000001'
), device AS (
    INSERT INTO public.hardware_inventory (visit_report_id, category_id, device_name)
    SELECT visit.id, category.id, 'Probe device ' || n FROM visit, category, generate_series(1, 3) AS n WHERE visit.g % 5 > 0
    RETURNING id
), record AS (
    INSERT INTO public.recycling_records (visit_report_id, category_id)
    SELECT visit.id, category.id FROM visit, category, generate_series(1, 2) AS n WHERE visit.g % 4 > 0
    RETURNING id
)
INSERT INTO files.file_attachments (visit_report_id, file_name, file_type, file_size)
SELECT visit.id, 'probe.pdf', 'application/pdf', 1
FROM visit
WHERE visit.g % 3 > 0 AND (SELECT count(*) FROM device) > 0 AND (SELECT count(*) FROM record) > 0
