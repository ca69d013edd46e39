-- The value of the report summary cache for many organizations in one statement: for each, what
-- get_visit_reports_optimized(organization, office, technician, status, start, end, NULL, page, limit) returns, to the byte.
--
-- A call of the function for each organization plans and visits every partition each time. Here the totals of all
-- organizations come from one pass over the period, and the pages from one index range for each organization.
--
-- Parameters:
--   $1  date     first visit date; NULL: no bound
--   $2  date     last visit date; NULL: no bound
--   $3  integer  reports in a page, 1 to 1000; NULL counts as 20
--   $4  uuid[]   the organizations; NULL: all that are active
--   $5  bigint   reports before the page; NULL counts as 0
--   $6  text     the status; NULL: any
--   $7  uuid     the office; NULL: any
--   $8  uuid     the technician; NULL: any
--
-- Columns: organization_id uuid, total_count bigint, visit_data text (jsonb as text; NULL if there is no report).
-- Timestamps in visit_data are written in the TimeZone of the session, as the function writes them.

WITH wanted AS MATERIALIZED (
    SELECT o.id, o.name
    FROM public.organizations o
    WHERE CASE WHEN $4::uuid[] IS NULL THEN o.is_active ELSE o.id = ANY ($4::uuid[]) END
), totals AS MATERIALIZED (
    SELECT vr.organization_id, count(*) AS total_count
    FROM public.visit_reports vr
    WHERE ($1::date IS NULL OR vr.visit_date >= $1::date)
      AND ($2::date IS NULL OR vr.visit_date <= $2::date)
      AND ($6::text IS NULL OR vr.status = $6::text)
      AND ($7::uuid IS NULL OR vr.office_id = $7::uuid)
      AND ($8::uuid IS NULL OR vr.technician_id = $8::uuid)
      AND ($4::uuid[] IS NULL OR vr.organization_id = ANY ($4::uuid[]))
    GROUP BY vr.organization_id
), listed AS MATERIALIZED (
    SELECT v.*
    FROM wanted w
    JOIN totals t ON t.organization_id = w.id
    CROSS JOIN LATERAL (
        SELECT vr.*
        FROM public.visit_reports vr
        WHERE vr.organization_id = w.id
          AND ($1::date IS NULL OR vr.visit_date >= $1::date)
          AND ($2::date IS NULL OR vr.visit_date <= $2::date)
          AND ($6::text IS NULL OR vr.status = $6::text)
          AND ($7::uuid IS NULL OR vr.office_id = $7::uuid)
          AND ($8::uuid IS NULL OR vr.technician_id = $8::uuid)
        ORDER BY vr.visit_date DESC, vr.created_at DESC, vr.id DESC
        LIMIT least(greatest(coalesce($3::integer, 20), 1), 1000) OFFSET greatest(coalesce($5::bigint, 0), 0)
    ) v
), pages AS (
    SELECT v.organization_id,
           jsonb_agg(
               jsonb_build_object(
                   'id', v.id,
                   'reportNumber', v.report_number,
                   'visitDate', v.visit_date,
                   'visitType', v.visit_type,
                   'status', v.status,
                   'priority', v.priority,
                   'completionPercentage', v.completion_percentage,
                   'organizationName', w.name,
                   'officeName', f.name,
                   'technicianName', nullif(concat_ws(' ', u.first_name, u.last_name), ''),
                   'hardwareCount', (SELECT count(*) FROM public.hardware_inventory h WHERE h.visit_report_id = v.id),
                   'recyclingCount', (SELECT count(*) FROM public.recycling_records r WHERE r.visit_report_id = v.id),
                   'fileCount', (SELECT count(*) FROM files.file_attachments a WHERE a.visit_report_id = v.id),
                   'createdAt', v.created_at,
                   'updatedAt', v.updated_at
               ) ORDER BY v.visit_date DESC, v.created_at DESC, v.id DESC) AS visit_data
    FROM listed v
    JOIN wanted w ON w.id = v.organization_id
    LEFT JOIN public.offices f ON f.id = v.office_id
    LEFT JOIN public.users u ON u.id = v.technician_id
    GROUP BY v.organization_id
)
SELECT w.id AS organization_id,
       coalesce(t.total_count, 0) AS total_count,
       p.visit_data::text AS visit_data
FROM wanted w
LEFT JOIN totals t ON t.organization_id = w.id
LEFT JOIN pages p ON p.organization_id = w.id
ORDER BY w.id
