-- The trigger functions as V0003 made them.

CREATE OR REPLACE FUNCTION visit_report_keys_conflict(new_id uuid, new_number varchar, new_date date) RETURNS void
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

CREATE OR REPLACE FUNCTION visit_report_keys_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE visit_report_keys
    SET id = NEW.id, report_number = NEW.report_number, visit_date = NEW.visit_date
    WHERE id = OLD.id;
    RETURN NEW;
END
$$;

CREATE OR REPLACE FUNCTION visit_report_keys_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    -- The first half of a move finds the new date here and deletes nothing.
    DELETE FROM visit_report_keys WHERE id = OLD.id AND visit_date = OLD.visit_date;
    RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION visit_report_keys_truncate() RETURNS trigger
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

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['conflict(uuid, varchar, date)', 'update()', 'delete()', 'truncate()'] LOOP
        EXECUTE format('ALTER FUNCTION visit_report_keys_%s SET search_path = pg_catalog, %I, pg_temp', name, current_schema());
    END LOOP;
END
$$;
