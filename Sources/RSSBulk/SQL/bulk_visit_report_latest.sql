-- The newest visit report: the one that `report query` lists first.
SELECT id, report_number FROM public.visit_reports ORDER BY visit_date DESC, created_at DESC, id DESC LIMIT 1;
