-- Visit reports by report number ($1) or id ($2), through the registry of all months. A file may name a report that is
-- deleted a moment later: the foreign key has the last word.
SELECT id, report_number FROM public.visit_report_keys WHERE report_number = ANY ($1::text[]) OR id = ANY ($2::uuid[]);
