-- rssctl's own records in the database. Every statement may be run again.
CREATE SCHEMA IF NOT EXISTS rssctl;
COMMENT ON SCHEMA rssctl IS 'Records of rssctl: which migrations were applied, and what its runs did.';

-- One row a migration that was applied.
CREATE TABLE IF NOT EXISTS rssctl.migration (
    version     bigint      PRIMARY KEY,
    name        text        NOT NULL,
    checksum    text        NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by  text        NOT NULL DEFAULT session_user,
    run_id      uuid        NOT NULL,
    ms          bigint      NOT NULL
);
COMMENT ON COLUMN rssctl.migration.checksum IS 'SHA-256 of the file.';
COMMENT ON COLUMN rssctl.migration.run_id IS 'The run in the journal of the machine that applied it.';

-- One row a thing that a run did: a partition made, a file imported.
CREATE TABLE IF NOT EXISTS rssctl.operation (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id     uuid        NOT NULL,
    by         text        NOT NULL DEFAULT session_user,
    operation  text        NOT NULL,
    object     text        NOT NULL,
    detail     text        NOT NULL
);
