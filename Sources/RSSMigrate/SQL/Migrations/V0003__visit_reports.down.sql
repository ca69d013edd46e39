-- Undoes V0003: drops the visit reports of every month, with their partitions and the key registry, and the functions of
-- its triggers.

DROP TABLE visit_reports;
DROP TABLE visit_report_keys;
DROP FUNCTION visit_report_keys_insert();
DROP FUNCTION visit_report_keys_update();
DROP FUNCTION visit_report_keys_delete();
DROP FUNCTION visit_report_keys_truncate();
DROP FUNCTION visit_report_keys_conflict(uuid, varchar, date);
