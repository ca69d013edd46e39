-- The files of a visit report, by name. Where they are stored is not read: it may be a secret of the storage.
--
-- Parameters: $1 uuid, the report's id.

SELECT a.id, a.file_name, a.file_type, a.file_size, a.is_processed, a.virus_scan_result, a.created_at
FROM files.file_attachments a
WHERE a.visit_report_id = $1::text::uuid
ORDER BY a.file_name, a.id
