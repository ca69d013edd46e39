-- rssctl's own records in the database. Every statement may be run again.
CREATE SCHEMA IF NOT EXISTS rssctl;
COMMENT ON SCHEMA rssctl IS 'Records of rssctl: which migrations were applied, and what its runs did.';

-- One row per migration that was applied.
CREATE TABLE IF NOT EXISTS rssctl.migration (
    version     bigint      PRIMARY KEY,
    name        text        NOT NULL,
    checksum    text        NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by  text        NOT NULL DEFAULT session_user,
    run_id      uuid        NOT NULL,
    ms          bigint      NOT NULL
);
ALTER TABLE rssctl.migration ADD COLUMN IF NOT EXISTS sequence bigint GENERATED ALWAYS AS IDENTITY;
ALTER TABLE rssctl.migration ADD COLUMN IF NOT EXISTS content_hash text NOT NULL DEFAULT '';
ALTER TABLE rssctl.migration ADD COLUMN IF NOT EXISTS chain text NOT NULL DEFAULT '';
ALTER TABLE rssctl.migration ADD COLUMN IF NOT EXISTS how text NOT NULL DEFAULT 'applied'
    CHECK (how IN ('applied', 'baseline'));
ALTER TABLE rssctl.migration ALTER COLUMN version TYPE numeric;
CREATE UNIQUE INDEX IF NOT EXISTS migration_sequence ON rssctl.migration (sequence);
COMMENT ON COLUMN rssctl.migration.version IS 'The version; each number after a dot takes eighteen digits after the point: 4.1 is 4.000000000000000001.';
COMMENT ON COLUMN rssctl.migration.checksum IS 'SHA-256 of the file.';
COMMENT ON COLUMN rssctl.migration.run_id IS 'The run in the journal of the machine that applied it.';
COMMENT ON COLUMN rssctl.migration.sequence IS 'The order in which the migrations were applied.';
COMMENT ON COLUMN rssctl.migration.content_hash IS 'SHA-256 of the statements without comments and white space.';
COMMENT ON COLUMN rssctl.migration.chain IS 'SHA-256 over the chain of the row before, version and content_hash.';
COMMENT ON COLUMN rssctl.migration.how IS 'applied: its statements were run; baseline: taken for applied.';

-- One row per statement of a migration. What is done is recorded in the transaction that did it; a statement that cannot
-- run in a transaction is recorded as running before it begins, and a run that finds it so checks the catalog for how far
-- it got.
CREATE TABLE IF NOT EXISTS rssctl.migration_statement (
    version     bigint      NOT NULL,
    ordinal     integer     NOT NULL,
    hash        text        NOT NULL,
    class       text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('planned', 'running', 'done')),
    run_id      uuid        NOT NULL,
    run_by      text        NOT NULL DEFAULT session_user,
    started_at  timestamptz,
    finished_at timestamptz,
    ms          bigint,
    checkpoint  text,
    PRIMARY KEY (version, ordinal)
);
ALTER TABLE rssctl.migration_statement ALTER COLUMN version TYPE numeric;
COMMENT ON COLUMN rssctl.migration_statement.version IS 'The version; negative for the statements that revert it.';
COMMENT ON COLUMN rssctl.migration_statement.hash IS 'SHA-256 of the statement without comments and white space.';
COMMENT ON COLUMN rssctl.migration_statement.checkpoint IS 'The last key that a backfill has done.';

-- One row per repeatable migration, as it was run last.
CREATE TABLE IF NOT EXISTS rssctl.migration_repeatable (
    name         text        PRIMARY KEY,
    checksum     text        NOT NULL,
    content_hash text        NOT NULL,
    applied_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    applied_by   text        NOT NULL DEFAULT session_user,
    run_id       uuid        NOT NULL,
    ms           bigint      NOT NULL
);

-- One row per action of a run: a partition made, a file imported.
CREATE TABLE IF NOT EXISTS rssctl.operation (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id     uuid        NOT NULL,
    by         text        NOT NULL DEFAULT session_user,
    operation  text        NOT NULL,
    object     text        NOT NULL,
    detail     text        NOT NULL
);

-- The schema as it was after a migration, by which drift is detected: of the last one of each run.
CREATE TABLE IF NOT EXISTS rssctl.schema_fingerprint (
    version   bigint      PRIMARY KEY,
    digest    text        NOT NULL,
    objects   jsonb       NOT NULL,
    taken_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);
ALTER TABLE rssctl.schema_fingerprint ALTER COLUMN version TYPE numeric;
COMMENT ON COLUMN rssctl.schema_fingerprint.digest IS 'SHA-256 of the objects: kind, identity and definition of each, NUL behind each.';
COMMENT ON COLUMN rssctl.schema_fingerprint.objects IS 'Format, major version of the server, and the objects.';

-- Who did something is what the server says, whatever the statement says.
CREATE OR REPLACE FUNCTION rssctl.stamp_author() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW."by" := session_user;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT ON rssctl.operation
    FOR EACH ROW EXECUTE FUNCTION rssctl.stamp_author();

CREATE OR REPLACE FUNCTION rssctl.stamp_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    NEW.changed_by := session_user;
    RETURN NEW;
END
$$;

-- What is recorded of a table's partitions decides what is done with its rows: it is written by members of the role that owns
-- the table, and the partition that is named, or these records.
CREATE OR REPLACE FUNCTION rssctl.guard_table() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    place record;
    keeper oid := (SELECT relowner FROM pg_class WHERE oid = TG_RELID);
    owner oid;
BEGIN
    FOR place IN
        SELECT DISTINCT p.schema, p.name, p.is_partition
        FROM (SELECT to_jsonb(OLD) AS line WHERE TG_OP <> 'INSERT' UNION ALL SELECT to_jsonb(NEW) WHERE TG_OP <> 'DELETE') AS l
        CROSS JOIN LATERAL (VALUES
            (l.line ->> 'schema_name', l.line ->> 'table_name', false),
            (l.line ->> 'partition_schema', l.line ->> 'partition_name', true)) AS p (schema, name, is_partition)
        WHERE NOT p.is_partition OR p.name IS NOT NULL
    LOOP
        SELECT c.relowner INTO owner FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = place.schema AND c.relname = place.name;
        -- A partition that is dropped has no owner.
        CONTINUE WHEN place.is_partition AND owner IS NULL;
        IF NOT pg_has_role(session_user, coalesce(owner, keeper), 'MEMBER')
            AND NOT pg_has_role(session_user, keeper, 'MEMBER')
        THEN
            RAISE insufficient_privilege USING
                MESSAGE = format('partitions of %I.%I are the business of its owner', place.schema, place.name);
        END IF;
    END LOOP;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END
$$;

-- One row per table whose partitions are maintained.
CREATE TABLE IF NOT EXISTS rssctl.partition_policy (
    schema_name        text        NOT NULL,
    table_name         text        NOT NULL,
    key_column         text        NOT NULL,
    partition_interval text        NOT NULL,
    time_zone          text        NOT NULL DEFAULT 'UTC',
    premake            integer     NOT NULL DEFAULT 3 CHECK (premake BETWEEN 0 AND 1000),
    retention          text,
    quarantine_days    integer     NOT NULL DEFAULT 7 CHECK (quarantine_days >= 0),
    archive            text,
    tablespace_name    text,
    storage_parameters text[]      NOT NULL DEFAULT '{}',
    changed_at         timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by         text        NOT NULL DEFAULT session_user,
    PRIMARY KEY (schema_name, table_name)
);
COMMENT ON COLUMN rssctl.partition_policy.partition_interval IS 'hour, day, week, month, quarter, year, or a number.';
COMMENT ON COLUMN rssctl.partition_policy.retention IS 'How long partitions are kept: 24 months, or a number; NULL for ever.';
COMMENT ON COLUMN rssctl.partition_policy.archive IS 'The folder that a partition is archived to before it is dropped.';
ALTER TABLE rssctl.partition_policy ADD COLUMN IF NOT EXISTS epoch text CHECK (epoch IN ('s', 'ms', 'us'));
COMMENT ON COLUMN rssctl.partition_policy.epoch IS 'What an integer key counts since 1970 in UTC: s, ms, us; NULL for numbers that are no points of time.';

CREATE OR REPLACE TRIGGER guard_table BEFORE INSERT OR UPDATE OR DELETE ON rssctl.partition_policy
    FOR EACH ROW EXECUTE FUNCTION rssctl.guard_table();
CREATE OR REPLACE TRIGGER stamp_change BEFORE INSERT OR UPDATE ON rssctl.partition_policy
    FOR EACH ROW EXECUTE FUNCTION rssctl.stamp_change();

-- One row per partition that was detached from its table: kept for some days, then dropped, or reattached.
CREATE TABLE IF NOT EXISTS rssctl.partition_retired (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    schema_name      text        NOT NULL,
    table_name       text        NOT NULL,
    partition_schema text        NOT NULL,
    partition_name   text        NOT NULL,
    partition_oid    bigint      NOT NULL,
    definition       text        NOT NULL,
    lower_bound      text,
    upper_bound      text,
    state            text        NOT NULL CHECK (state IN ('detaching', 'quarantined', 'dropping', 'dropped', 'attached')),
    archive          text,
    archive_digest   text,
    detached_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    drop_after       timestamptz NOT NULL,
    ended_at         timestamptz,
    run_id           uuid        NOT NULL
);
COMMENT ON COLUMN rssctl.partition_retired.definition IS 'Its bound as PostgreSQL wrote it: FOR VALUES FROM … TO ….';
COMMENT ON COLUMN rssctl.partition_retired.archive IS 'The folder of its archive, once that was verified.';
ALTER TABLE rssctl.partition_retired ADD COLUMN IF NOT EXISTS removed jsonb;
COMMENT ON COLUMN rssctl.partition_retired.removed IS 'While it is being dropped: count and digest, by table, of the rows that went with its keys.';
COMMENT ON COLUMN rssctl.partition_retired.partition_oid IS 'Its OID when it was taken out; a restored dump has others.';
DROP INDEX IF EXISTS rssctl.partition_retired_open;

CREATE OR REPLACE TRIGGER guard_table BEFORE INSERT OR UPDATE OR DELETE ON rssctl.partition_retired
    FOR EACH ROW EXECUTE FUNCTION rssctl.guard_table();

-- What the triggers on a partition call that is being retired: a row written to it now would be lost.
CREATE OR REPLACE FUNCTION rssctl.refuse_write() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
BEGIN
    RAISE object_not_in_prerequisite_state USING
        MESSAGE = format('%I.%I takes no writes: it is being archived or retired', TG_TABLE_SCHEMA, TG_TABLE_NAME),
        HINT = format('rssctl partition undo %I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
END
$$;

-- One row per change of a table's partitioning that takes long: a drain, split, merge or conversion. How far it got is
-- read from the catalog; the row says what was requested, and under which names it works.
CREATE TABLE IF NOT EXISTS rssctl.partition_work (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind        text        NOT NULL CHECK (kind IN ('drain', 'split', 'merge', 'convert')),
    schema_name text        NOT NULL,
    table_name  text        NOT NULL,
    spec        jsonb       NOT NULL,
    phase       text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('active', 'done', 'aborted', 'undone')),
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    run_id      uuid        NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS partition_work_active ON rssctl.partition_work (schema_name, table_name)
    WHERE state = 'active';

CREATE OR REPLACE TRIGGER guard_table BEFORE INSERT OR UPDATE OR DELETE ON rssctl.partition_work
    FOR EACH ROW EXECUTE FUNCTION rssctl.guard_table();

-- One row per bulk import, update or deletion.
CREATE TABLE IF NOT EXISTS rssctl.bulk_run (
    run_id      uuid        PRIMARY KEY,
    operation   text        NOT NULL CHECK (operation IN ('import', 'update', 'delete')),
    object      text        NOT NULL,
    table_name  text        NOT NULL,
    columns     text[]      NOT NULL,
    file_name   text        NOT NULL,
    file_digest text        NOT NULL,
    settings    text        NOT NULL,
    state       text        NOT NULL CHECK (state IN ('loading', 'done', 'undone')),
    started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at    timestamptz,
    by          text        NOT NULL DEFAULT session_user,
    read        bigint      NOT NULL DEFAULT 0,
    rejected    bigint      NOT NULL DEFAULT 0,
    undo_until  timestamptz NOT NULL
);
COMMENT ON COLUMN rssctl.bulk_run.columns IS 'The columns of the table that the run sets.';
COMMENT ON COLUMN rssctl.bulk_run.file_digest IS 'SHA-256 of the file as it was read.';
COMMENT ON COLUMN rssctl.bulk_run.settings IS 'SHA-256 of what else decides what becomes of a row: mapping and options.';
COMMENT ON COLUMN rssctl.bulk_run.undo_until IS 'Until when the rows as they were before are kept.';
CREATE INDEX IF NOT EXISTS bulk_run_file ON rssctl.bulk_run (file_digest);
ALTER TABLE rssctl.bulk_run ADD COLUMN IF NOT EXISTS is_attested boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN rssctl.bulk_run.is_attested IS 'Whether the row is as the role in "by" wrote it; false for runs of format 4, and for changed ones.';

-- Who wrote a run is what the server says, whatever the statement says. What decides over rows cannot be changed later
-- without being detected.
CREATE OR REPLACE FUNCTION rssctl.attest_run() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        NEW."by" := session_user;
        NEW.is_attested := true;
        RETURN NEW;
    END IF;
    IF OLD."by" <> session_user
        AND NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
    THEN
        RAISE insufficient_privilege USING MESSAGE = format('bulk run %s belongs to role %I', OLD.run_id, OLD."by");
    END IF;
    NEW.is_attested := OLD.is_attested
        AND (NEW.run_id, NEW.operation, NEW.object, NEW.table_name, NEW.columns, NEW.file_digest, NEW.settings, NEW."by")
            IS NOT DISTINCT FROM
            (OLD.run_id, OLD.operation, OLD.object, OLD.table_name, OLD.columns, OLD.file_digest, OLD.settings, OLD."by");
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER attest_run BEFORE INSERT OR UPDATE ON rssctl.bulk_run
    FOR EACH ROW EXECUTE FUNCTION rssctl.attest_run();

-- One row per batch, written in the transaction that loaded it and never changed: its xmin is the xmin of the rows that the
-- batch wrote, which shows that they are unchanged since.
CREATE TABLE IF NOT EXISTS rssctl.bulk_batch (
    run_id       uuid    NOT NULL REFERENCES rssctl.bulk_run,
    number       integer NOT NULL,
    first_record bigint  NOT NULL,
    last_record  bigint  NOT NULL,
    first_id     uuid,
    last_id      uuid,
    inserted     bigint  NOT NULL,
    updated      bigint  NOT NULL,
    deleted      bigint  NOT NULL DEFAULT 0,
    unchanged    bigint  NOT NULL,
    refused      jsonb   NOT NULL DEFAULT '[]',
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (run_id, number)
);
COMMENT ON COLUMN rssctl.bulk_batch.first_id IS 'No other row than those of this batch has an id between first_id and last_id.';
COMMENT ON COLUMN rssctl.bulk_batch.refused IS 'The rows that the server did not take: record, code, reason.';

-- A batch belongs to the author of its run; an undo is recorded by that role, or by one that owns these tables.
CREATE OR REPLACE FUNCTION rssctl.guard_run() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    author text;
BEGIN
    SELECT r."by" INTO author FROM rssctl.bulk_run AS r WHERE r.run_id = NEW.run_id;
    IF author <> session_user AND (TG_TABLE_NAME = 'bulk_batch'
        OR NOT pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'))
    THEN
        RAISE insufficient_privilege USING MESSAGE = format('bulk run %s belongs to role %I', NEW.run_id, author);
    END IF;
    RETURN NEW;
END
$$;
CREATE OR REPLACE TRIGGER guard_run BEFORE INSERT ON rssctl.bulk_batch
    FOR EACH ROW EXECUTE FUNCTION rssctl.guard_run();

-- The rows that a batch changed or deleted, as they were before.
CREATE TABLE IF NOT EXISTS rssctl.bulk_before (
    run_id uuid    NOT NULL,
    batch  integer NOT NULL,
    id     uuid    NOT NULL,
    was    xid     NOT NULL,
    before jsonb,
    PRIMARY KEY (run_id, batch, id)
);
ALTER TABLE rssctl.bulk_before ALTER COLUMN before DROP NOT NULL;
ALTER TABLE rssctl.bulk_before ADD COLUMN IF NOT EXISTS texts jsonb;
COMMENT ON COLUMN rssctl.bulk_before.was IS 'The xmin that the row had, or had before it was changed and restored by an undo.';
COMMENT ON COLUMN rssctl.bulk_before.before IS 'The row as JSON, in rows of format 4.';
COMMENT ON COLUMN rssctl.bulk_before.texts IS 'The text output of each column; null for SQL NULL.';

-- One row for each time that a batch was undone, written in the transaction that did it; its xmin is that of the rows
-- restored. Where rows were left as they are, it may be tried again.
CREATE TABLE IF NOT EXISTS rssctl.bulk_undo (
    run_id  uuid        NOT NULL,
    batch   integer     NOT NULL,
    undo_id uuid        NOT NULL,
    part    integer     NOT NULL DEFAULT 0,
    removed bigint      NOT NULL,
    restored bigint     NOT NULL,
    kept    bigint      NOT NULL,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    by      text        NOT NULL DEFAULT session_user,
    PRIMARY KEY (run_id, batch, undo_id, part),
    FOREIGN KEY (run_id, batch) REFERENCES rssctl.bulk_batch
);
COMMENT ON COLUMN rssctl.bulk_undo.part IS 'From 1 on: rows that were put back in a subtransaction of their own, with its xmin.';
COMMENT ON COLUMN rssctl.bulk_undo.kept IS 'Rows that were changed since, and left as they are.';
CREATE OR REPLACE TRIGGER guard_run BEFORE INSERT ON rssctl.bulk_undo
    FOR EACH ROW EXECUTE FUNCTION rssctl.guard_run();
CREATE OR REPLACE TRIGGER stamp_author BEFORE INSERT ON rssctl.bulk_undo
    FOR EACH ROW EXECUTE FUNCTION rssctl.stamp_author();

-- Deletes bulk runs that can no longer be undone. With the rights of its owner, so that a role that imports need not be
-- able to delete the records of others.
CREATE OR REPLACE FUNCTION rssctl.prune_bulk() RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM rssctl.bulk_before AS t USING rssctl.bulk_run AS r
    WHERE r.run_id = t.run_id AND r.undo_until < now() AND r.state <> 'loading';
    DELETE FROM rssctl.bulk_undo AS t USING rssctl.bulk_run AS r
    WHERE r.run_id = t.run_id AND r.undo_until < now() AND r.state <> 'loading';
    DELETE FROM rssctl.bulk_batch AS t USING rssctl.bulk_run AS r
    WHERE r.run_id = t.run_id AND r.undo_until < now() AND r.state <> 'loading';
    DELETE FROM rssctl.bulk_run AS r WHERE r.undo_until < now() AND r.state <> 'loading';
$$;

-- One row per mapping of files: which of their columns goes where.
CREATE TABLE IF NOT EXISTS rssctl.bulk_mapping (
    name       text        PRIMARY KEY,
    object     text        NOT NULL,
    columns    jsonb       NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    changed_by text        NOT NULL DEFAULT session_user
);
COMMENT ON COLUMN rssctl.bulk_mapping.columns IS 'Names in the header of a file, and the columns that they mean; empty for none.';

CREATE OR REPLACE TRIGGER stamp_change BEFORE INSERT OR UPDATE ON rssctl.bulk_mapping
    FOR EACH ROW EXECUTE FUNCTION rssctl.stamp_change();

-- The format of these tables. One row, which the program writes once it has checked that nothing foreign is on them.
CREATE TABLE IF NOT EXISTS rssctl.bookkeeping (
    one    boolean PRIMARY KEY DEFAULT true CHECK (one),
    format integer NOT NULL
);
