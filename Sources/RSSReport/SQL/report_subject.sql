-- What the newest reports of an organization have, for calls that have an answer.
--
-- Parameters: $1 uuid, the organization.
--
-- Columns: reports, their number, at most 60; first_date and last_date; office, technician, status, report_number, word, as
-- text: some that they have, NULL where they have none.

WITH newest AS (
    SELECT v.visit_date, v.office_id, v.technician_id, v.status, v.report_number, v.visit_purpose
    FROM public.visit_reports v
    WHERE v.organization_id = $1::uuid AND v.visit_date > '-infinity' AND v.visit_date < 'infinity'
    ORDER BY v.visit_date DESC
    LIMIT 60
)
SELECT count(*) AS reports,
       min(visit_date) AS first_date,
       max(visit_date) AS last_date,
       (array_agg(office_id::text) FILTER (WHERE office_id IS NOT NULL))[1] AS office,
       (array_agg(technician_id::text) FILTER (WHERE technician_id IS NOT NULL))[1] AS technician,
       (array_agg(status::text) FILTER (WHERE status IS NOT NULL))[1] AS status,
       (array_agg(report_number::text) FILTER (WHERE report_number ~ '[A-Za-z0-9].*[0-9]'))[1] AS report_number,
       (array_agg(substring(visit_purpose FROM '[A-Za-z]{6,}'))
           FILTER (WHERE visit_purpose ~ '[A-Za-z]{6,}'))[1] AS word
FROM newest
