-- visit_reports, partitioned by month of visit_date, and the key registry that keeps ids and report numbers unique
-- across all months.
--
-- A unique constraint on a partitioned table must contain the partition key, so visit_reports itself cannot promise
-- that an id or a report number exists only once, and no foreign key can point at its id alone. The registry
-- visit_report_keys can: it holds one row for each visit report, kept by the triggers below, and the tables that
-- belong to a report reference the registry. Therefore
--   * the id and the report number are unique over all months, also for two inserts at the same moment (SQLSTATE 23505),
--   * a report whose date moves to another month keeps its hardware, recycling records and files,
--   * a report that is deleted takes along, or lets go of, what belongs to it, as each foreign key declares,
--   * a partition can be detached without meeting any foreign key.
--
-- How a move to another month is told from a deletion. PostgreSQL carries out an UPDATE that changes the partition as a
-- DELETE in the old partition and an INSERT in the new one, and fires the row triggers of both. The registry stores the
-- visit_date of the report as well. The trigger BEFORE UPDATE, which fires first, writes the new date into the registry
-- row. The trigger AFTER DELETE removes the registry row only if its date is the date of the deleted row: true for a
-- deletion, false for the first half of a move. The trigger AFTER INSERT meets the registry row of its own id; if the
-- date in it is its own date, it is the second half of a move (the primary key (id, visit_date) admits no other row with
-- both), else it is a duplicate. No session setting or marker is involved, so ROLLBACK TO SAVEPOINT undoes this with
-- everything else.
--
-- There is no DEFAULT partition: a report for a month that has no partition is refused, and not filed where it would
-- later be in the way. Partitions are made ahead of time by "rssctl partition maintain".

CREATE TABLE visit_reports (
    id                    uuid         NOT NULL DEFAULT gen_random_uuid(),
    report_number         varchar(50)  NOT NULL,
    organization_id       uuid         NOT NULL,
    office_id             uuid,
    technician_id         uuid,
    visit_date            date         NOT NULL,
    visit_type            varchar(50)  NOT NULL DEFAULT 'routine',
    visit_purpose         text,
    summary_description   text,
    status                varchar(50)  NOT NULL DEFAULT 'draft',
    priority              varchar(20)  NOT NULL DEFAULT 'medium',
    completion_percentage smallint     NOT NULL DEFAULT 0,
    created_at            timestamptz  NOT NULL DEFAULT now(),
    updated_at            timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT visit_reports_pkey PRIMARY KEY (id, visit_date),
    CONSTRAINT visit_reports_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES organizations (id),
    CONSTRAINT visit_reports_office_id_fkey FOREIGN KEY (office_id) REFERENCES offices (id),
    CONSTRAINT visit_reports_technician_id_fkey FOREIGN KEY (technician_id) REFERENCES users (id),
    CONSTRAINT visit_reports_status_check CHECK (status IN
        ('draft', 'scheduled', 'in_progress', 'pending_review', 'completed', 'approved', 'rejected', 'cancelled', 'archived')),
    CONSTRAINT visit_reports_priority_check CHECK (priority IN ('low', 'medium', 'normal', 'high', 'urgent', 'critical')),
    CONSTRAINT visit_reports_completion_percentage_check CHECK (completion_percentage BETWEEN 0 AND 100)
) PARTITION BY RANGE (visit_date);
COMMENT ON TABLE visit_reports IS 'One visit of a technician at an office. Partitioned by month of visit_date; no DEFAULT partition. Ids and report numbers are kept unique by visit_report_keys.';
COMMENT ON COLUMN visit_reports.visit_date IS 'Partition key. May be changed; what belongs to the report stays with it.';
COMMENT ON COLUMN visit_reports.report_number IS 'Unique over all months through visit_report_keys.';
COMMENT ON COLUMN visit_reports.updated_at IS 'Set by whoever writes the row; no trigger maintains it.';

-- Lists of one organization, newest first: page and count are read from the index alone.
CREATE INDEX idx_visit_reports_org_date
    ON visit_reports (organization_id, visit_date DESC, created_at DESC, id DESC);
-- The same for one status.
CREATE INDEX idx_visit_reports_org_status_date
    ON visit_reports (organization_id, status, visit_date DESC, created_at DESC, id DESC);
-- The index that the backend's own maintenance function makes on each partition, here once for all of them.
CREATE INDEX visit_reports_org_status_idx ON visit_reports (organization_id, status);
-- Foreign keys, and lists of one office or one technician.
CREATE INDEX idx_visit_reports_office_date ON visit_reports (office_id, visit_date DESC);
CREATE INDEX idx_visit_reports_technician_date ON visit_reports (technician_id, visit_date DESC);
-- Search within an organization: words, and parts of a report number.
CREATE INDEX idx_visit_reports_search ON visit_reports USING gin (
    organization_id,
    to_tsvector('english', COALESCE(visit_purpose, '') || ' ' || COALESCE(summary_description, ''))
);
CREATE INDEX idx_visit_reports_report_number_trgm ON visit_reports USING gin (organization_id, report_number gin_trgm_ops);

CREATE TABLE visit_report_keys (
    id            uuid        NOT NULL,
    report_number varchar(50) NOT NULL,
    visit_date    date        NOT NULL,
    CONSTRAINT visit_report_keys_pkey PRIMARY KEY (id),
    CONSTRAINT visit_report_keys_report_number_key UNIQUE (report_number)
) WITH (fillfactor = 90);
COMMENT ON TABLE visit_report_keys IS 'One row for each visit report of every month, kept by triggers on visit_reports; the target of foreign keys to a visit report. Do not write to it by hand.';
COMMENT ON COLUMN visit_report_keys.visit_date IS 'visit_date of the report: tells a move to another month from a deletion, and which partition holds the report. Not indexed, so that changing it stays a HOT update.';

-- The trigger functions run with the rights of their owner, as foreign keys do: who may write visit_reports needs no
-- right on the registry, and row level security cannot hide a key from them. So no name in them may depend on the
-- search_path of the caller. All but the first have a search_path of their own, set further down. Setting it costs more
-- than the insert itself, and the first runs for every report: it names the schema instead, and contains no operator.

DO $do$
BEGIN
    EXECUTE format($create$
CREATE FUNCTION %1$I.visit_report_keys_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $body$
BEGIN
    INSERT INTO %1$I.visit_report_keys (id, report_number, visit_date)
    VALUES (NEW.id, NEW.report_number, NEW.visit_date)
    ON CONFLICT (id) DO NOTHING;
    IF NOT FOUND THEN
        PERFORM %1$I.visit_report_keys_conflict(NEW.id, NEW.report_number, NEW.visit_date);
    END IF;
    RETURN NULL;
END
$body$
    $create$, current_schema());
END
$do$;
COMMENT ON FUNCTION visit_report_keys_insert() IS 'AFTER INSERT on visit_reports: enters the report in visit_report_keys, or refuses a duplicate id or report number.';

CREATE FUNCTION visit_report_keys_conflict(new_id uuid, new_number varchar, new_date date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    known visit_report_keys%ROWTYPE;
BEGIN
    LOOP
        -- The lock waits for a transaction that is moving or deleting the report just now.
        SELECT * INTO known FROM visit_report_keys WHERE id = new_id FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        -- Deleted in the meantime: the id is free.
        INSERT INTO visit_report_keys (id, report_number, visit_date)
        VALUES (new_id, new_number, new_date)
        ON CONFLICT (id) DO NOTHING;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;

    IF known.visit_date <> new_date THEN
        RAISE unique_violation USING
            MESSAGE = 'duplicate key value violates unique constraint "visit_report_keys_pkey"',
            DETAIL = format('Key (id)=(%s) already exists: visit report %s of %s.', new_id, known.report_number, known.visit_date),
            SCHEMA = (SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = 'visit_report_keys'::regclass),
            TABLE = 'visit_report_keys', CONSTRAINT = 'visit_report_keys_pkey';
    END IF;

    -- The second half of a move, or a report that comes back from an archive under its own id and date.
    IF known.report_number <> new_number THEN
        UPDATE visit_report_keys SET report_number = new_number WHERE id = new_id;
    END IF;
END
$$;
COMMENT ON FUNCTION visit_report_keys_conflict(uuid, varchar, date) IS 'Decides what an id that is in visit_report_keys already means for the row just inserted: a move, or a duplicate (SQLSTATE 23505).';

CREATE FUNCTION visit_report_keys_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE visit_report_keys
    SET id = NEW.id, report_number = NEW.report_number, visit_date = NEW.visit_date
    WHERE id = OLD.id;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION visit_report_keys_update() IS 'BEFORE UPDATE on visit_reports: carries a new id, report number or date into visit_report_keys before the row moves.';

CREATE FUNCTION visit_report_keys_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- The first half of a move finds the new date here and deletes nothing.
    DELETE FROM visit_report_keys WHERE id = OLD.id AND visit_date = OLD.visit_date;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION visit_report_keys_delete() IS 'AFTER DELETE on visit_reports: removes the key, unless the report has only moved to another month.';

CREATE FUNCTION visit_report_keys_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    left_over boolean;
BEGIN
    IF TG_TABLE_NAME = 'visit_reports' THEN
        SELECT EXISTS (SELECT FROM visit_report_keys) INTO left_over;
    ELSE
        SELECT EXISTS (SELECT FROM visit_reports) INTO left_over;
    END IF;
    IF left_over THEN
        RAISE feature_not_supported USING
            MESSAGE = format('cannot truncate %I alone: visit_reports and visit_report_keys belong together', TG_TABLE_NAME),
            HINT = 'Delete the rows, or truncate both with everything that belongs to a report: TRUNCATE visit_reports, visit_report_keys CASCADE.';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION visit_report_keys_truncate() IS 'AFTER TRUNCATE: refuses to empty visit_reports or visit_report_keys without the other.';

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['conflict(uuid, varchar, date)', 'update()', 'delete()', 'truncate()'] LOOP
        EXECUTE format('ALTER FUNCTION visit_report_keys_%s SET search_path = pg_catalog, %I, pg_temp', name, current_schema());
        EXECUTE format('REVOKE ALL ON FUNCTION visit_report_keys_%s FROM PUBLIC', name);
    END LOOP;
    REVOKE ALL ON FUNCTION visit_report_keys_insert() FROM PUBLIC;
END
$$;

-- BEFORE triggers fire in the order of their names. This one must see the final values, hence the zz.
CREATE TRIGGER zz_visit_report_keys_update BEFORE UPDATE ON visit_reports
    FOR EACH ROW
    WHEN (OLD.id IS DISTINCT FROM NEW.id
          OR OLD.report_number IS DISTINCT FROM NEW.report_number
          OR OLD.visit_date IS DISTINCT FROM NEW.visit_date)
    EXECUTE FUNCTION visit_report_keys_update();
CREATE TRIGGER visit_report_keys_insert AFTER INSERT ON visit_reports
    FOR EACH ROW EXECUTE FUNCTION visit_report_keys_insert();
CREATE TRIGGER visit_report_keys_delete AFTER DELETE ON visit_reports
    FOR EACH ROW EXECUTE FUNCTION visit_report_keys_delete();
-- A statement trigger is not copied to partitions: TRUNCATE of one partition alone leaves its keys behind.
CREATE TRIGGER visit_report_keys_truncate AFTER TRUNCATE ON visit_reports
    FOR EACH STATEMENT EXECUTE FUNCTION visit_report_keys_truncate();
CREATE TRIGGER visit_report_keys_truncate AFTER TRUNCATE ON visit_report_keys
    FOR EACH STATEMENT EXECUTE FUNCTION visit_report_keys_truncate();
