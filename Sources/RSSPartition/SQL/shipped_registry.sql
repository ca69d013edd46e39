-- The registry of the keys of visit_reports, as migration V0003 makes it: for a visit_reports that is converted. A test compares both.
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
