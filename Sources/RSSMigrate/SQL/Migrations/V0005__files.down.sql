-- Undoes V0005: drops the descriptions of uploaded files; what the file store holds is not touched. The schema stays if
-- something else is in it by now, or if it belongs to another role.

DROP TABLE files.file_attachments;

DO $$
BEGIN
    DROP SCHEMA files;
EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
    RAISE NOTICE 'the schema files stays: %', SQLERRM;
END
$$;
