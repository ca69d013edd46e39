extension AnalyzeFault {
    /// Security.
    static let security: [AnalyzeFault] = [
        AnalyzeFault(
            "security.definer_search_path",
            """
            DROP ROLE IF EXISTS fault_friend; CREATE ROLE fault_friend;
            CREATE FUNCTION open_path(a int, b text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
            CREATE PROCEDURE open_procedure() LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN END';
            CREATE FUNCTION to_one_role() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
            REVOKE ALL ON FUNCTION to_one_role() FROM PUBLIC; GRANT EXECUTE ON FUNCTION to_one_role() TO fault_friend;
            CREATE FUNCTION invoker() RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE FUNCTION pinned() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1';
            CREATE FUNCTION bound() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1;
            CREATE FUNCTION owner_only() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION owner_only() FROM PUBLIC;
            """, names: ["public.open_path(integer,text)", "public.open_procedure()", "public.to_one_role()"],
            after: "DROP FUNCTION to_one_role(); DROP ROLE fault_friend"),
        AnalyzeFault(
            "security.definer_public",
            """
            CREATE FUNCTION for_all() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS 'SELECT 1';
            CREATE FUNCTION closed() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'; REVOKE ALL ON FUNCTION closed() FROM PUBLIC;
            CREATE FUNCTION by_trigger() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS 'BEGIN RETURN NULL; END';
            CREATE SCHEMA private; CREATE FUNCTION private.f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
            CREATE FUNCTION invoker() RETURNS int LANGUAGE sql AS 'SELECT 1';
            """, names: ["public.for_all()"]),
        AnalyzeFault(
            "security.public_grants",
            """
            CREATE TABLE open_table (id int PRIMARY KEY); GRANT SELECT, UPDATE, DELETE ON open_table TO PUBLIC;
            CREATE VIEW open_view AS SELECT 1 AS x; GRANT INSERT ON open_view TO PUBLIC;
            CREATE SEQUENCE open_sequence; GRANT UPDATE ON SEQUENCE open_sequence TO PUBLIC;
            CREATE TABLE readable (id int PRIMARY KEY); GRANT SELECT ON readable TO PUBLIC;
            CREATE TABLE own (id int PRIMARY KEY); GRANT ALL ON own TO CURRENT_USER;
            """, names: ["public.open_sequence", "public.open_table", "public.open_view"]),
        AnalyzeFault(
            "security.public_create",
            """
            CREATE SCHEMA shared; GRANT CREATE, USAGE ON SCHEMA shared TO PUBLIC; CREATE SCHEMA usable; GRANT USAGE ON SCHEMA usable TO PUBLIC;
            DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC', current_database()); END $$; REVOKE CREATE ON SCHEMA public FROM PUBLIC;
            """, names: ["shared"]),
        AnalyzeFault(
            "security.default_privileges_public",
            """
            CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES FOR ROLE CURRENT_USER IN SCHEMA s GRANT INSERT, SELECT ON TABLES TO PUBLIC;
            ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON SEQUENCES TO pg_monitor;
            """, names: ["default privileges of rss in schema s"]),
        AnalyzeFault(
            "security.policy_without_row_security",
            """
            CREATE TABLE forgotten (id int PRIMARY KEY); CREATE POLICY p ON forgotten USING (id > 0); CREATE POLICY q ON forgotten USING (id > 1);
            CREATE TABLE enabled (id int PRIMARY KEY); CREATE POLICY p ON enabled USING (id > 0); ALTER TABLE enabled ENABLE ROW LEVEL SECURITY;
            """, names: ["public.forgotten"]),
        AnalyzeFault(
            "security.row_security_without_policy",
            """
            CREATE TABLE locked_out (id int PRIMARY KEY); ALTER TABLE locked_out ENABLE ROW LEVEL SECURITY;
            CREATE TABLE fine (id int PRIMARY KEY); CREATE POLICY p ON fine USING (id > 0); ALTER TABLE fine ENABLE ROW LEVEL SECURITY;
            CREATE TABLE parted (id int) PARTITION BY RANGE (id); CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (9);
            ALTER TABLE parted_1 ENABLE ROW LEVEL SECURITY;
            """, names: ["public.locked_out"]),
        AnalyzeFault(
            "security.policy_always_true",
            """
            CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
            CREATE POLICY everything ON t USING (true); CREATE POLICY inserts ON t FOR INSERT WITH CHECK (true);
            CREATE POLICY reads ON t FOR SELECT USING (true); CREATE POLICY narrow ON t FOR UPDATE USING (true) WITH CHECK (id > 0);
            CREATE POLICY bound ON t AS RESTRICTIVE USING (true); CREATE POLICY a_few ON t FOR DELETE USING (id > 5);
            """, names: ["public.t.everything", "public.t.inserts"]),
        AnalyzeFault(
            "security.view_bypasses_row_security",
            """
            CREATE TABLE t (id int PRIMARY KEY); ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (id > 0);
            CREATE TABLE plain (id int PRIMARY KEY); CREATE VIEW leaky AS SELECT * FROM t; GRANT SELECT ON leaky TO PUBLIC;
            CREATE VIEW private AS SELECT * FROM t; CREATE VIEW harmless AS SELECT * FROM plain; GRANT SELECT ON harmless TO PUBLIC;
            CREATE VIEW as_user WITH (security_invoker = on) AS SELECT * FROM t; GRANT SELECT ON as_user TO PUBLIC;
            """, names: ["public.leaky"]),
        AnalyzeFault(
            "security.program_roles",
            """
            DROP ROLE IF EXISTS fault_program; CREATE ROLE fault_program LOGIN; GRANT pg_read_server_files, pg_execute_server_program TO fault_program;
            DROP ROLE IF EXISTS fault_group; CREATE ROLE fault_group NOLOGIN; GRANT pg_write_server_files TO fault_group;
            DROP ROLE IF EXISTS fault_normal; CREATE ROLE fault_normal LOGIN; GRANT pg_monitor TO fault_normal;
            """, names: ["fault_program"], after: "DROP ROLE fault_program, fault_group, fault_normal"),
        AnalyzeFault(
            "security.password_encryption",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET password_encryption = ''md5''', current_database()); END $$;
            """, names: ["password_encryption"]),
        AnalyzeFault(
            "security.password_encryption",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET password_encryption = ''scram-sha-256''', current_database()); END $$;
            """, names: []),
        AnalyzeFault(
            "role.password_expires",
            """
            DROP ROLE IF EXISTS fault_soon, fault_gone, fault_later, fault_ancient, fault_never;
            CREATE ROLE fault_soon LOGIN; CREATE ROLE fault_gone LOGIN; CREATE ROLE fault_later LOGIN; CREATE ROLE fault_ancient LOGIN; CREATE ROLE fault_never LOGIN VALID UNTIL 'infinity';
            DO $$ BEGIN EXECUTE format('ALTER ROLE fault_soon VALID UNTIL %L', now() + interval '3 days'); EXECUTE format('ALTER ROLE fault_gone VALID UNTIL %L', now() - interval '1 day');
            EXECUTE format('ALTER ROLE fault_later VALID UNTIL %L', now() + interval '90 days'); EXECUTE format('ALTER ROLE fault_ancient VALID UNTIL %L', now() - interval '2 years'); END $$;
            """, names: ["fault_gone", "fault_soon"],
            after: "DROP ROLE fault_soon, fault_gone, fault_later, fault_ancient, fault_never"),
        AnalyzeFault(
            "extension.outdated",
            """
            CREATE EXTENSION pg_stat_statements VERSION '1.7'; CREATE EXTENSION pgcrypto
            """, names: ["pg_stat_statements"]),
    ]
}
