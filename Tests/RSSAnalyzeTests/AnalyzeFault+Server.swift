extension AnalyzeFault {
    /// Replication, vacuum, settings.
    static let server: [AnalyzeFault] = [
        AnalyzeFault(
            "replication.identity",
            """
            SET client_min_messages = error; CREATE TABLE keyless (x int); CREATE TABLE keyed (id int PRIMARY KEY); CREATE TABLE whole (x int); ALTER TABLE whole REPLICA IDENTITY FULL;
            CREATE TABLE inserts_only (x int); CREATE PUBLICATION p FOR TABLE keyless, keyed, whole; CREATE PUBLICATION i FOR TABLE inserts_only WITH (publish = 'insert');
            """, names: ["public.keyless"]),
        AnalyzeFault(
            "replication.subscription_disabled",
            """
            SET client_min_messages = error; CREATE SUBSCRIPTION fault_subscription CONNECTION 'host=/none dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
            """, names: ["fault_subscription"],
            after: "ALTER SUBSCRIPTION fault_subscription SET (slot_name = NONE); DROP SUBSCRIPTION fault_subscription"),
        AnalyzeFault(
            "vacuum.insert_behind",
            """
            CREATE TABLE growing (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO growing SELECT generate_series(1, 300000);
            CREATE TABLE vacuumed (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO vacuumed SELECT generate_series(1, 300000);
            VACUUM vacuumed;

            CREATE TABLE small (id int PRIMARY KEY) WITH (autovacuum_enabled = off); INSERT INTO small SELECT generate_series(1, 5000);
            CREATE TABLE meant (id int PRIMARY KEY) WITH (autovacuum_enabled = off, autovacuum_vacuum_insert_threshold = -1); INSERT INTO meant SELECT generate_series(1, 300000); SELECT pg_stat_force_next_flush();
            """, names: ["public.growing"]),
        AnalyzeFault(
            "autovacuum.throttled",
            """
            CREATE TABLE huge_threshold (x int) WITH (autovacuum_vacuum_threshold = 100000000); CREATE TABLE no_toast (x text) WITH (toast.autovacuum_enabled = off);
            CREATE TABLE small_lazy (x int) WITH (autovacuum_vacuum_scale_factor = 0.9); CREATE TABLE eager (x int) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
            """, names: ["public.huge_threshold", "public.no_toast"]),
        AnalyzeFault(
            "settings.planner",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_hashjoin = off', current_database()); END $$;
            """, names: ["enable_hashjoin"]),
        AnalyzeFault(
            "settings.planner",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_partitionwise_join = off', current_database()); END $$;
            """, names: []),
        AnalyzeFault(
            "settings.cost",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET random_page_cost = 0.5', current_database()); END $$;
            """, names: ["random_page_cost"]),
        AnalyzeFault(
            "settings.cost",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET random_page_cost = 1', current_database()); END $$;
            """, names: []),
        AnalyzeFault(
            "settings.log_all",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''all''', current_database()); END $$;
            """, names: ["log_statement"]),
        AnalyzeFault(
            "settings.log_all",
            """
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET log_statement = ''ddl''', current_database()); END $$;
            """, names: []),
        AnalyzeFault(
            "settings.read_only",
            """
            DROP ROLE IF EXISTS fault_reader; CREATE ROLE fault_reader; ALTER ROLE fault_reader SET default_transaction_read_only = on; DROP ROLE IF EXISTS fault_writer; CREATE ROLE fault_writer; ALTER ROLE fault_writer SET default_transaction_read_only = off;
            """, names: ["role fault_reader"], after: "DROP ROLE fault_reader, fault_writer"),
        AnalyzeFault(
            "settings.synchronous_commit",
            """
            SELECT 1
            """, names: []),
        AnalyzeFault(
            "vacuum.catalog_behind",
            """
            DO $$ BEGIN FOR i IN 1..300 LOOP EXECUTE 'CREATE TABLE churn (' || (SELECT string_agg('c' || g || ' int', ', ') FROM generate_series(1, 100) g) || ')'; EXECUTE 'DROP TABLE churn'; END LOOP; END $$;
            SELECT pg_stat_force_next_flush();
            """, names: ["pg_catalog.pg_attribute"]),
    ]
}
