-- Undoes V0006: drops the function that the backend asks for a page of visit reports.

DROP FUNCTION get_visit_reports_optimized(uuid, uuid, uuid, varchar, date, date, text, integer, integer);
