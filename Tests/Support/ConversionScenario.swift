import PostgresClient

/// A plain table with everything that can depend on one, for conversions that are interrupted.
package enum ConversionScenario {
    /// The name of the table.
    package static let table = #"Work "Orders""#
    /// The column it is to be partitioned by.
    package static let column = "due; day"
    /// The columns that are to stay unique.
    package static let unique = ["Id", "number"]

    /// The table with rows, tables that reference it and tables that it references, and all that goes along.
    package static let sql = #"""
        DO $$ BEGIN CREATE ROLE convert_reader; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        CREATE TABLE customers (id int PRIMARY KEY);
        INSERT INTO customers SELECT generate_series(1, 5);
        CREATE TABLE "Work ""Orders""" (
            dropped int,
            "Id" bigint GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME order_ids START WITH 7 INCREMENT BY 3) CONSTRAINT "orders' pkey" PRIMARY KEY,
            number text CONSTRAINT "orders_number_key" UNIQUE,
            "due; day" date,
            customer int NOT NULL CONSTRAINT orders_customer_fkey REFERENCES customers,
            counter serial,
            total numeric DEFAULT 0 CONSTRAINT "positive?" CHECK (total >= 0),
            doubled numeric GENERATED ALWAYS AS (total * 2) STORED,
            note text COLLATE "C"
        ) WITH (fillfactor = 80);
        ALTER TABLE "Work ""Orders""" DROP COLUMN dropped;
        ALTER TABLE "Work ""Orders""" ALTER COLUMN note SET STATISTICS 200, ALTER COLUMN note SET STORAGE EXTERNAL,
            ALTER COLUMN customer SET (n_distinct = 5);
        INSERT INTO "Work ""Orders""" (number, "due; day", customer, total, note)
        SELECT 'N' || g, date '2026-01-01' + g % 300, 1 + g % 5, g, 'note ' || g FROM generate_series(1, 500) g;
        CREATE INDEX "due ""index""" ON "Work ""Orders""" ("due; day", lower(note)) WHERE total > 3;
        CREATE INDEX orders_customer ON "Work ""Orders""" (customer) INCLUDE (total);
        CREATE UNIQUE INDEX orders_customer_counter ON "Work ""Orders""" (customer, counter, "due; day");
        COMMENT ON INDEX orders_customer IS 'by customer';
        COMMENT ON TABLE "Work ""Orders""" IS 'It''s work';
        COMMENT ON COLUMN "Work ""Orders""".note IS 'a note';
        COMMENT ON CONSTRAINT "orders' pkey" ON "Work ""Orders""" IS 'the key';
        COMMENT ON CONSTRAINT orders_number_key ON "Work ""Orders""" IS 'the number';
        COMMENT ON CONSTRAINT orders_customer_fkey ON "Work ""Orders""" IS 'the customer';
        COMMENT ON CONSTRAINT "positive?" ON "Work ""Orders""" IS 'not below zero';
        CREATE STATISTICS order_statistics (dependencies, ndistinct) ON customer, total FROM "Work ""Orders""";
        COMMENT ON STATISTICS order_statistics IS 'they depend';
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN NEW.note := coalesce(NEW.note, 'none'); RETURN NEW; END $$;
        CREATE TRIGGER "a touch" BEFORE INSERT OR UPDATE ON "Work ""Orders""" FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TRIGGER idle BEFORE UPDATE OF note ON "Work ""Orders""" FOR EACH ROW WHEN (OLD.note IS DISTINCT FROM NEW.note)
            EXECUTE FUNCTION touch();
        COMMENT ON TRIGGER "a touch" ON "Work ""Orders""" IS 'touches';
        ALTER TABLE "Work ""Orders""" DISABLE TRIGGER idle;
        CREATE VIEW open_orders WITH (security_barrier = true) AS SELECT "Id", number, total FROM "Work ""Orders""" WHERE total > 0;
        CREATE VIEW open_customers AS SELECT c.id, o.number FROM customers c JOIN open_orders o ON o."Id" = c.id;
        COMMENT ON VIEW open_orders IS 'open';
        CREATE TABLE log (number text);
        CREATE RULE keep AS ON DELETE TO "Work ""Orders""" WHERE OLD.total < 0 DO ALSO INSERT INTO log VALUES (OLD.number);
        CREATE RULE from_log AS ON DELETE TO log DO ALSO UPDATE "Work ""Orders""" SET note = 'gone' WHERE number = OLD.number;
        CREATE FUNCTION order_total(d date) RETURNS numeric LANGUAGE sql STABLE
            BEGIN ATOMIC SELECT sum(total) FROM "Work ""Orders""" WHERE "due; day" = d; END;
        ALTER TABLE "Work ""Orders""" ENABLE ROW LEVEL SECURITY;
        CREATE POLICY "see it" ON "Work ""Orders""" FOR SELECT TO convert_reader USING (customer > 1);
        CREATE POLICY change ON "Work ""Orders""" AS RESTRICTIVE USING (true) WITH CHECK (total < 1000000);
        COMMENT ON POLICY "see it" ON "Work ""Orders""" IS 'who sees';
        GRANT SELECT, UPDATE (note) ON "Work ""Orders""" TO convert_reader;
        GRANT INSERT ON "Work ""Orders""" TO convert_reader WITH GRANT OPTION;
        GRANT SELECT ON open_orders TO PUBLIC;
        GRANT USAGE ON SEQUENCE order_ids TO convert_reader;
        DO $$ BEGIN
            EXECUTE format(
                'CREATE PUBLICATION orders FOR TABLE "Work ""Orders"""%s WITH (publish = ''insert'', publish_via_partition_root = true)',
                CASE WHEN current_setting('server_version_num')::int >= 150000
                    THEN ' ("Id", number, "due; day") WHERE ("Id" > 0)' END);
        END $$;
        CREATE TABLE lines (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            "order" bigint NOT NULL CONSTRAINT "lines' order" REFERENCES "Work ""Orders""" ON DELETE CASCADE, n int);
        COMMENT ON CONSTRAINT "lines' order" ON lines IS 'of an order';
        CREATE SCHEMA "Other";
        CREATE TABLE "Other".letters (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            number text CONSTRAINT letters_number_fkey REFERENCES "Work ""Orders""" (number)
                ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE);
        INSERT INTO lines ("order", n) SELECT "Id", total FROM "Work ""Orders""";
        INSERT INTO "Other".letters (number) SELECT number FROM "Work ""Orders""" WHERE total < 50;
        ANALYZE;
        """#

    /// What must hold of the data at every moment, and no matter what was interrupted: one number for each, all of them
    /// nought; and the rows, as text.
    package static func data(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            #"""
            SELECT concat_ws('|',
                (SELECT string_agg(concat_ws(':', "Id", number, "due; day", total, note), ',' ORDER BY "Id") FROM "Work ""Orders"""),
                (SELECT count(*) FROM lines), (SELECT count(*) FROM "Other".letters),
                (SELECT count(*) FROM lines l WHERE NOT EXISTS (SELECT FROM "Work ""Orders""" o WHERE o."Id" = l."order")),
                (SELECT last_value FROM order_ids))
            """#)
    }

    /// What is ours and should be there only while a conversion is in progress.
    package static func leftovers(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value(
            """
            SELECT string_agg(name, ', ' ORDER BY name) FROM (
                SELECT relname::text AS name FROM pg_class WHERE relname ~ 'rssctl' AND relnamespace::regnamespace::text <> 'rssctl' AND relkind <> 'i'
                UNION ALL SELECT relname FROM pg_class WHERE relname ~ 'rssctl_undo'
                UNION ALL SELECT conname FROM pg_constraint WHERE conname ~ 'rssctl' OR NOT convalidated
                UNION ALL SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid) AS found
            """)
    }
}
