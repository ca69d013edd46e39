-- One visit report with the names of what it refers to.
--
-- Parameters: $1 uuid, its id; $2 date, its visit date.

SELECT v.id, v.report_number, v.visit_date, v.visit_type, v.status, v.priority, v.completion_percentage, v.visit_purpose,
       v.summary_description, v.organization_id, o.name AS organization_name, v.office_id, f.name AS office_name,
       v.technician_id, nullif(concat_ws(' ', u.first_name, u.last_name), '') AS technician_name,
       u.email AS technician_email, v.created_at, v.updated_at
FROM public.visit_reports v
LEFT JOIN public.organizations o ON o.id = v.organization_id
LEFT JOIN public.offices f ON f.id = v.office_id
LEFT JOIN public.users u ON u.id = v.technician_id
WHERE v.id = $1::text::uuid AND v.visit_date = $2::text::date
