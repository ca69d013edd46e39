-- The rights of a role that maintains partitions, besides membership in the roles that own the tables, which PostgreSQL demands of
-- whoever attaches or detaches:
--   psql -v role=rssctl_maintainer -v database=rss -v schema=public -f setup_maintainer.sql
GRANT CONNECT ON DATABASE :"database" TO :"role";
GRANT USAGE, CREATE ON SCHEMA :"schema", rssctl TO :"role";
GRANT SELECT ON rssctl.bookkeeping, rssctl.migration, rssctl.migration_statement, rssctl.migration_repeatable, rssctl.operation,
    rssctl.schema_fingerprint TO :"role";
GRANT SELECT, INSERT, UPDATE, DELETE ON rssctl.partition_policy, rssctl.partition_retired, rssctl.partition_work TO :"role";
GRANT INSERT (run_id, operation, object, detail) ON rssctl.operation TO :"role";
GRANT EXECUTE ON FUNCTION rssctl.refuse_write() TO :"role";
GRANT pg_read_all_stats TO :"role";
