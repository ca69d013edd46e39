-- When the counters are read, by the server's clock, when it was started, and the settings that judgements need.
SELECT clock_timestamp(), pg_postmaster_start_time(), (SELECT oid FROM pg_database WHERE datname = current_database())::bigint,
       (SELECT setting::double precision FROM pg_settings WHERE name = 'max_wal_size'),
       (SELECT setting::double precision FROM pg_settings WHERE name = 'work_mem'),
       current_setting('block_size')::double precision,
       EXISTS (SELECT FROM pg_class WHERE relnamespace = 'pg_catalog'::regnamespace AND relname = 'pg_stat_checkpointer')
