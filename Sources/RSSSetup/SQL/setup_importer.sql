-- The rights of a role that imports, updates, deletes and exports by files, and undoes what it did:
--   psql -v role=rssctl_importer -v database=rss -v schema=public -f setup_importer.sql
--
-- An undo restores whole rows, so it sets every column. Columns by which runs are distinguished are filled by the server.
GRANT CONNECT, TEMPORARY ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema", rssctl TO :"role";
GRANT SELECT ON public.categories, public.visit_reports, public.visit_report_keys TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON public.hardware_inventory, public.recycling_records TO :"role";
GRANT SELECT ON rssctl.bookkeeping, rssctl.bulk_run, rssctl.bulk_batch, rssctl.bulk_before, rssctl.bulk_undo,
    rssctl.bulk_mapping TO :"role";
GRANT INSERT (run_id, operation, object, table_name, columns, file_name, file_digest, settings, state, undo_until),
    UPDATE (state, ended_at, read, rejected) ON rssctl.bulk_run TO :"role";
GRANT INSERT (run_id, number, first_record, last_record, first_id, last_id, inserted, updated, deleted, unchanged, refused)
    ON rssctl.bulk_batch TO :"role";
GRANT INSERT (run_id, batch, id, was, texts) ON rssctl.bulk_before TO :"role";
GRANT INSERT (run_id, batch, undo_id, part, removed, restored, kept) ON rssctl.bulk_undo TO :"role";
GRANT INSERT (name, object, columns), UPDATE (object, columns, changed_at, changed_by), DELETE ON rssctl.bulk_mapping TO :"role";
GRANT INSERT (run_id, operation, object, detail) ON rssctl.operation TO :"role";
GRANT EXECUTE ON FUNCTION rssctl.prune_bulk() TO :"role";
