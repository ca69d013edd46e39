-- The visit reports of a page, in its order, one row for each, whose keys are known.
--
-- Only these reports are joined and counted. The dates bound the partitions that are opened when the statement is planned:
-- send it as a one-shot statement, so that the values are known then.
--
-- Parameters:
--   $1  text[]  their ids, in the order of the page
--   $2  text[]  the visit date of each
--   $3  date    the earliest and
--   $4  date    the latest of these dates
--
-- Columns: id, report_number, visit_date, visit_type, status, priority, completion_percentage, organization_name,
-- office_name, technician_name, hardware_count, recycling_count, file_count, created_at, updated_at, position.

SELECT v.id,
       v.report_number,
       v.visit_date,
       v.visit_type,
       v.status,
       v.priority,
       v.completion_percentage,
       o.name AS organization_name,
       f.name AS office_name,
       nullif(concat_ws(' ', u.first_name, u.last_name), '') AS technician_name,
       (SELECT count(*) FROM public.hardware_inventory h WHERE h.visit_report_id = v.id) AS hardware_count,
       (SELECT count(*) FROM public.recycling_records r WHERE r.visit_report_id = v.id) AS recycling_count,
       (SELECT count(*) FROM files.file_attachments a WHERE a.visit_report_id = v.id) AS file_count,
       v.created_at,
       v.updated_at,
       page.position
FROM unnest($1::text[]::uuid[], $2::text[]::date[]) WITH ORDINALITY AS page (id, visit_date, position)
JOIN public.visit_reports v ON v.id = page.id AND v.visit_date = page.visit_date
LEFT JOIN public.organizations o ON o.id = v.organization_id
LEFT JOIN public.offices f ON f.id = v.office_id
LEFT JOIN public.users u ON u.id = v.technician_id
WHERE v.visit_date BETWEEN $3::date AND $4::date
ORDER BY page.position
