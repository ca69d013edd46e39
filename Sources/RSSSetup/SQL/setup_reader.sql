-- The rights of a role that reads: report query, bulk export and history, partition status, plan and check, migrate status,
-- plan, drift and verify, analyze performance, statements and indexes, doctor. It writes nothing:
--   psql -v role=rssctl_reader -v database=rss -v schema=public -f setup_reader.sql
GRANT CONNECT ON DATABASE :"database" TO :"role";
GRANT USAGE ON SCHEMA :"schema", files, rssctl TO :"role";
GRANT SELECT ON public.organizations, public.offices, public.categories, public.visit_reports, public.visit_report_keys,
    public.hardware_inventory, public.recycling_records, files.file_attachments TO :"role";
GRANT SELECT (id, first_name, last_name, email) ON public.users TO :"role";
GRANT SELECT ON rssctl.bookkeeping, rssctl.migration, rssctl.migration_statement, rssctl.migration_repeatable, rssctl.operation,
    rssctl.schema_fingerprint, rssctl.partition_policy, rssctl.partition_retired, rssctl.partition_work, rssctl.bulk_run,
    rssctl.bulk_batch, rssctl.bulk_undo, rssctl.bulk_mapping TO :"role";
GRANT SELECT ON ALL SEQUENCES IN SCHEMA :"schema", files, rssctl TO :"role";
GRANT pg_monitor TO :"role";
