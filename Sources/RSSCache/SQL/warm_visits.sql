-- The visit reports that are on a page of each of many organizations, in one statement.
--
-- Parameters:
--   $1  date     first visit date; NULL: no bound
--   $2  date     last visit date; NULL: no bound
--   $3  integer  reports in a page, 1 to 1000; NULL counts as 20
--   $4  uuid[]   the organizations
--   $5  bigint   reports before the page; NULL counts as 0
--   $6  text     the status; NULL: any
--   $7  uuid     the office; NULL: any
--   $8  uuid     the technician; NULL: any
--
-- Columns: id uuid.

SELECT v.id
FROM unnest($4::uuid[]) AS w(id)
CROSS JOIN LATERAL (
    SELECT vr.id
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
