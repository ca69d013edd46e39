-- The devices of a visit report, by category and name.
--
-- Parameters: $1 uuid, the report's id.

SELECT h.id, c.name AS category, h.device_name, h.manufacturer, h.model, h.serial_number, h.asset_tag, h.status,
       h.condition_rating,
       nullif(concat_ws(', ', h.location_building, h.location_floor, h.location_room), '') AS location, h.warranty_expiry
FROM public.hardware_inventory h
LEFT JOIN public.categories c ON c.id = h.category_id
WHERE h.visit_report_id = $1::text::uuid
ORDER BY c.name, h.device_name, h.id
