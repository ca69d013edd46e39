-- The recycling records of a visit report, by category.
--
-- Parameters: $1 uuid, the report's id.

SELECT r.id, c.name AS category, r.item_description, r.quantity, r.weight_kg, r.status, r.pickup_date, r.recycler_name,
       r.certificate_number
FROM public.recycling_records r
LEFT JOIN public.categories c ON c.id = r.category_id
WHERE r.visit_report_id = $1::text::uuid
ORDER BY c.name, r.item_description, r.id
