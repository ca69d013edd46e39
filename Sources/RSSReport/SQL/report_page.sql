-- One page of visit reports, newest first, one row for each.
--
-- The page is found by index first (id, visit_date, created_at alone), then only its reports are joined and counted.
-- Each kind of search is a branch of its own, so that one index serves each, and UNION drops what is found twice. The
-- first two search branches have no LIMIT: with one, the planner may scan the whole history in order and look for a
-- rare word row by row. A condition on a parameter that is NULL, and a branch that cannot yield rows, is removed when the
-- statement is planned: send this as a one-shot statement (or with plan_cache_mode = force_custom_plan), so that the
-- values are known then.
--
-- Parameters; NULL does not filter:
--   $1  uuid   organization
--   $2  uuid   office
--   $3  uuid   technician
--   $4  text   status
--   $5  date   first visit date
--   $6  date   last visit date
--   $7  text   search: words in purpose or summary (English full text), or a part of the report number, or a part of the
--              organization's name; % and _ are literal characters; blank does not filter
--   $8  integer      reports in the page; NULL: all
--   $9  integer      reports to skip; NULL counts as 0
--   $10 date         cursor: the page begins after this visit_date, with
--   $11 timestamptz  this created_at, and
--   $12 uuid         this id, all three from the last row of the page before; NULL: from the newest
--
-- Columns: id, report_number, visit_date, visit_type, status, priority, completion_percentage, organization_name,
-- office_name, technician_name, hardware_count, recycling_count, file_count, created_at, updated_at.

WITH hits AS (
    (SELECT vr.id, vr.visit_date, vr.created_at
    FROM public.visit_reports vr
    WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
      AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
      AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
      AND ($4::text IS NULL OR vr.status = $4::text)
      AND ($5::date IS NULL OR vr.visit_date >= $5::date)
      AND ($6::date IS NULL OR vr.visit_date <= $6::date)
      AND nullif(btrim($7::text), '') IS NULL
      AND ($10::date IS NULL OR vr.visit_date <= $10::date)
      AND ($10::date IS NULL OR (vr.visit_date, vr.created_at, vr.id) < ($10::date, $11::timestamptz, $12::uuid))
     ORDER BY vr.visit_date DESC, vr.created_at DESC, vr.id DESC
     LIMIT $8::integer::bigint + coalesce($9::integer::bigint, 0))
    UNION ALL
    SELECT * FROM (
        SELECT vr.id, vr.visit_date, vr.created_at
        FROM public.visit_reports vr
        WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
          AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
          AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
          AND ($4::text IS NULL OR vr.status = $4::text)
          AND ($5::date IS NULL OR vr.visit_date >= $5::date)
          AND ($6::date IS NULL OR vr.visit_date <= $6::date)
          AND nullif(btrim($7::text), '') IS NOT NULL
          AND to_tsvector('english', COALESCE(vr.visit_purpose, '') || ' ' || COALESCE(vr.summary_description, ''))
              @@ plainto_tsquery('english', btrim($7::text))
          AND ($10::date IS NULL OR vr.visit_date <= $10::date)
          AND ($10::date IS NULL OR (vr.visit_date, vr.created_at, vr.id) < ($10::date, $11::timestamptz, $12::uuid))
    UNION
        SELECT vr.id, vr.visit_date, vr.created_at
        FROM public.visit_reports vr
        WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
          AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
          AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
          AND ($4::text IS NULL OR vr.status = $4::text)
          AND ($5::date IS NULL OR vr.visit_date >= $5::date)
          AND ($6::date IS NULL OR vr.visit_date <= $6::date)
          AND nullif(btrim($7::text), '') IS NOT NULL
          AND vr.report_number ILIKE '%' || replace(replace(replace(btrim($7::text), '\', '\\'), '%', '\%'), '_', '\_') || '%'
          AND ($10::date IS NULL OR vr.visit_date <= $10::date)
          AND ($10::date IS NULL OR (vr.visit_date, vr.created_at, vr.id) < ($10::date, $11::timestamptz, $12::uuid))
    UNION
        (SELECT vr.id, vr.visit_date, vr.created_at
        FROM public.visit_reports vr
        WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
          AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
          AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
          AND ($4::text IS NULL OR vr.status = $4::text)
          AND ($5::date IS NULL OR vr.visit_date >= $5::date)
          AND ($6::date IS NULL OR vr.visit_date <= $6::date)
          AND nullif(btrim($7::text), '') IS NOT NULL
          AND vr.organization_id IN (SELECT o.id FROM public.organizations o WHERE o.name ILIKE '%' || replace(replace(replace(btrim($7::text), '\', '\\'), '%', '\%'), '_', '\_') || '%')
          AND ($10::date IS NULL OR vr.visit_date <= $10::date)
          AND ($10::date IS NULL OR (vr.visit_date, vr.created_at, vr.id) < ($10::date, $11::timestamptz, $12::uuid))
         ORDER BY vr.visit_date DESC, vr.created_at DESC, vr.id DESC
         LIMIT $8::integer::bigint + coalesce($9::integer::bigint, 0))
    ) found
), page AS MATERIALIZED (
    SELECT vr.id, vr.visit_date, vr.created_at
    FROM hits vr
    ORDER BY vr.visit_date DESC, vr.created_at DESC, vr.id DESC
    LIMIT $8::integer OFFSET coalesce($9::integer, 0)
)
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
       v.updated_at
FROM page
JOIN public.visit_reports v ON v.id = page.id AND v.visit_date = page.visit_date
LEFT JOIN public.organizations o ON o.id = v.organization_id
LEFT JOIN public.offices f ON f.id = v.office_id
LEFT JOIN public.users u ON u.id = v.technician_id
ORDER BY v.visit_date DESC, v.created_at DESC, v.id DESC
