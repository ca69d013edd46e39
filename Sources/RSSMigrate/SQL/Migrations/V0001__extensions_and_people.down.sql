-- Undoes V0001: drops the tables about organizations, offices and people, with all their rows, and the two extensions.
-- An extension that something else uses by now, or that belongs to another role, stays.

DROP TABLE user_role_assignments;
DROP TABLE access_roles;
DROP TABLE users;
DROP TABLE offices;
DROP TABLE organizations;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['btree_gin', 'pg_trgm'] LOOP
        BEGIN
            EXECUTE format('DROP EXTENSION IF EXISTS %I', name);
        EXCEPTION WHEN dependent_objects_still_exist OR insufficient_privilege THEN
            RAISE NOTICE 'the extension % stays: %', name, SQLERRM;
        END;
    END LOOP;
END
$$;
