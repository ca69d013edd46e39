-- The trigger functions of visit_report_keys, with every name in them qualified and nothing but pg_catalog on their path. They run
-- with the rights of their owner, and before this migration the path led through the schema of the tables: where PUBLIC may
-- create there, as up to PostgreSQL 14, any role could have put a better matching operator into it (CVE-2018-1058).

DO $do$
DECLARE
    signature text;
BEGIN
    EXECUTE format($create$
CREATE OR REPLACE FUNCTION %1$I.visit_report_keys_conflict(new_id uuid, new_number varchar, new_date date) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    known %1$I.visit_report_keys%%ROWTYPE;
BEGIN
    LOOP
        -- The lock waits for a transaction that is moving or deleting the report just now.
        SELECT * INTO known FROM %1$I.visit_report_keys WHERE id = new_id FOR NO KEY UPDATE;
        EXIT WHEN FOUND;
        -- Deleted in the meantime: the id is free.
        INSERT INTO %1$I.visit_report_keys (id, report_number, visit_date)
        VALUES (new_id, new_number, new_date)
        ON CONFLICT (id) DO NOTHING;
        IF FOUND THEN
            RETURN;
        END IF;
    END LOOP;

    IF known.visit_date <> new_date THEN
        RAISE unique_violation USING
            MESSAGE = 'duplicate key value violates unique constraint "visit_report_keys_pkey"',
            DETAIL = format('Key (id)=(%%s) already exists: visit report %%s of %%s.', new_id, known.report_number, known.visit_date),
            SCHEMA = %1$L, TABLE = 'visit_report_keys', CONSTRAINT = 'visit_report_keys_pkey';
    END IF;

    -- The second half of a move, or a report that comes back from an archive under its own id and date.
    IF known.report_number <> new_number THEN
        UPDATE %1$I.visit_report_keys SET report_number = new_number WHERE id = new_id;
    END IF;
END
$body$
    $create$, current_schema());
    EXECUTE format($create$
CREATE OR REPLACE FUNCTION %1$I.visit_report_keys_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    UPDATE %1$I.visit_report_keys
    SET id = NEW.id, report_number = NEW.report_number, visit_date = NEW.visit_date
    WHERE id = OLD.id;
    RETURN NEW;
END
$body$
    $create$, current_schema());
    EXECUTE format($create$
CREATE OR REPLACE FUNCTION %1$I.visit_report_keys_delete() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
BEGIN
    -- The first half of a move finds the new date here and deletes nothing.
    DELETE FROM %1$I.visit_report_keys WHERE id = OLD.id AND visit_date = OLD.visit_date;
    RETURN NULL;
END
$body$
    $create$, current_schema());
    EXECUTE format($create$
CREATE OR REPLACE FUNCTION %1$I.visit_report_keys_truncate() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$
DECLARE
    left_over boolean;
BEGIN
    IF TG_TABLE_NAME = 'visit_reports' THEN
        SELECT EXISTS (SELECT FROM %1$I.visit_report_keys) INTO left_over;
    ELSE
        SELECT EXISTS (SELECT FROM %1$I.visit_reports) INTO left_over;
    END IF;
    IF left_over THEN
        RAISE feature_not_supported USING
            MESSAGE = format('cannot truncate %%I alone: visit_reports and visit_report_keys belong together', TG_TABLE_NAME),
            HINT = 'Delete the rows, or truncate both with everything that belongs to a report: TRUNCATE visit_reports, visit_report_keys CASCADE.';
    END IF;
    RETURN NULL;
END
$body$
    $create$, current_schema());
    -- A function that was replaced keeps its rights; one that was made again in between has those of PUBLIC.
    FOREACH signature IN ARRAY ARRAY['conflict(uuid, varchar, date)', 'update()', 'delete()', 'truncate()'] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %I.visit_report_keys_%s FROM PUBLIC', current_schema(), signature);
    END LOOP;
END
$do$;
