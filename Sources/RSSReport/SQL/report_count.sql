-- The number of visit reports that match the filters of report_page.sql, exactly.
--
-- Each kind of search is a branch of its own, so that one index serves each, and UNION drops what is found twice. A
-- condition on a parameter that is NULL, and a branch that cannot yield rows, is removed when the statement is planned:
-- send this as a one-shot statement (or with plan_cache_mode = force_custom_plan), so that the values are known then.
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
--
-- Column: total bigint.

SELECT (SELECT count(*)
        FROM public.visit_reports vr
        WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
          AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
          AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
          AND ($4::text IS NULL OR vr.status = $4::text)
          AND ($5::date IS NULL OR vr.visit_date >= $5::date)
          AND ($6::date IS NULL OR vr.visit_date <= $6::date)
          AND nullif(btrim($7::text), '') IS NULL)
     + (SELECT count(*) FROM (
    SELECT vr.id
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
    UNION
    SELECT vr.id
    FROM public.visit_reports vr
    WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
      AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
      AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
      AND ($4::text IS NULL OR vr.status = $4::text)
      AND ($5::date IS NULL OR vr.visit_date >= $5::date)
      AND ($6::date IS NULL OR vr.visit_date <= $6::date)
      AND nullif(btrim($7::text), '') IS NOT NULL
      AND vr.report_number ILIKE '%' || replace(replace(replace(btrim($7::text), '\', '\\'), '%', '\%'), '_', '\_') || '%'
    UNION
    SELECT vr.id
    FROM public.visit_reports vr
    WHERE ($1::uuid IS NULL OR vr.organization_id = $1::uuid)
      AND ($2::uuid IS NULL OR vr.office_id = $2::uuid)
      AND ($3::uuid IS NULL OR vr.technician_id = $3::uuid)
      AND ($4::text IS NULL OR vr.status = $4::text)
      AND ($5::date IS NULL OR vr.visit_date >= $5::date)
      AND ($6::date IS NULL OR vr.visit_date <= $6::date)
      AND nullif(btrim($7::text), '') IS NOT NULL
      AND vr.organization_id IN (SELECT o.id FROM public.organizations o WHERE o.name ILIKE '%' || replace(replace(replace(btrim($7::text), '\', '\\'), '%', '\%'), '_', '\_') || '%')
    ) found) AS total
