-- The organization that a visit report ($1) belongs to.
SELECT o.name
FROM public.visit_report_keys AS k
JOIN public.visit_reports AS r ON r.id = k.id AND r.visit_date = k.visit_date
JOIN public.organizations AS o ON o.id = r.organization_id
WHERE k.id = $1::uuid;
