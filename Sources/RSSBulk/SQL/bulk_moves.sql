-- The rows of a batch that would go to a visit report of another organization, with what they belong to now and would belong to
-- then. A report that is hidden from the session's role may be of any organization.
--
-- Columns:
--   record   the record of the file
--   old_report, old_organization, new_report, new_organization

WITH pairs AS MATERIALIZED (
    SELECT DISTINCT p.old_visit, p.new_visit
    FROM pg_temp.rssctl_plan AS p
    WHERE p.old IS NOT NULL AND p.matches = 1 AND p.old_visit <> p.new_visit
), crossing AS MATERIALIZED (
    SELECT p.old_visit, p.new_visit, a.report_number AS old_report, a.organization_id AS old_organization,
        b.report_number AS new_report, b.organization_id AS new_organization
    FROM pairs AS p
    LEFT JOIN LATERAL (
        SELECT k.report_number, r.organization_id
        FROM public.visit_report_keys AS k
        JOIN public.visit_reports AS r ON r.id = k.id AND r.visit_date = k.visit_date
        WHERE k.id = p.old_visit
    ) AS a ON true
    LEFT JOIN LATERAL (
        SELECT k.report_number, r.organization_id
        FROM public.visit_report_keys AS k
        JOIN public.visit_reports AS r ON r.id = k.id AND r.visit_date = k.visit_date
        WHERE k.id = p.new_visit
    ) AS b ON true
    WHERE a.organization_id IS NULL OR b.organization_id IS NULL OR a.organization_id <> b.organization_id
)
SELECT p.record, c.old_report, o.name AS old_organization, c.new_report, n.name AS new_organization
FROM crossing AS c
JOIN pg_temp.rssctl_plan AS p ON p.old_visit = c.old_visit AND p.new_visit = c.new_visit AND p.old IS NOT NULL AND p.matches = 1
LEFT JOIN public.organizations AS o ON o.id = c.old_organization
LEFT JOIN public.organizations AS n ON n.id = c.new_organization
ORDER BY p.record;
