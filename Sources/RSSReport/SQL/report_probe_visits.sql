-- An organization with 1,300 reports on two days: ties, half names, no offices and technicians, and texts that look like
-- patterns. All ids are made of the numbers, so that two runs ask for the same.
--
-- Parameters: $1 date, the newer day with 300 of them; $2 date, the older one.

WITH organization AS (
    INSERT INTO public.organizations (id, name) VALUES ('52535300-0000-4000-8000-000000000001', 'Probe')
    RETURNING id
), office AS (
    INSERT INTO public.offices (id, organization_id, name)
    SELECT ('52535300-0000-4000-8000-00000000001' || g)::uuid, organization.id, 'Probe office ' || g
    FROM organization, generate_series(1, 2) AS g
    RETURNING id
), technician AS (
    INSERT INTO public.users (id, first_name, last_name, email)
    VALUES ('52535300-0000-4000-8000-000000000021', 'Ada', 'Probe', 'probe1@rssctl.example'),
           ('52535300-0000-4000-8000-000000000022', 'Ben', NULL, 'probe2@rssctl.example'),
           ('52535300-0000-4000-8000-000000000023', NULL, 'Last', 'probe3@rssctl.example')
    RETURNING id
)
INSERT INTO public.visit_reports (id, report_number, organization_id, office_id, technician_id, visit_date, visit_type,
    visit_purpose, summary_description, status, priority, completion_percentage, created_at, updated_at)
SELECT md5('rssctl probe ' || g)::uuid, CASE g % 50 WHEN 0 THEN 'PROBE_' WHEN 1 THEN 'PROBE%' ELSE 'PROBE-' END || lpad(g::text, 5, '0'),
    organization.id,
    CASE WHEN g % 7 > 0 THEN ('52535300-0000-4000-8000-00000000001' || 1 + g % 2)::uuid END,
    CASE WHEN g % 11 > 0 THEN ('52535300-0000-4000-8000-00000000002' || 1 + g % 3)::uuid END,
    CASE WHEN g <= 300 THEN $1::date ELSE $2::date END, 'routine',
    CASE g % 3 WHEN 0 THEN 'Printer repaired' WHEN 1 THEN 'Network inventory' END,
    CASE g % 4 WHEN 0 THEN 'Cables are 100% labelled' WHEN 1 THEN 'back\slash' END,
    (ARRAY['draft', 'completed', 'completed', 'approved'])[1 + g % 4],
    (ARRAY['low', 'medium', 'high'])[1 + g % 3], g % 101,
    -- Ten reports each have the same time.
    timestamptz '2026-01-01 12:00+00' + make_interval(mins => g / 10),
    timestamptz '2026-01-02 12:00+00' + make_interval(mins => g)
FROM organization, generate_series(1, 1300) AS g
WHERE (SELECT count(*) FROM office) > 0 AND (SELECT count(*) FROM technician) > 0
