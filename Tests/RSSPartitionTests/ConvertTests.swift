import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition

@Suite struct ConvertTests {
    private let scenario = ConversionRequest(
        table: RelationName(schema: "public", name: ConversionScenario.table), column: ConversionScenario.column,
        globalUnique: ConversionScenario.unique)

    @Test func `what a conversion makes of the plain schema is the shipped schema`() async throws {
        let shipped = try await withConnection(migrated: true) { connection in
            try await connection.execute("DROP EXTENSION pg_stat_statements")
            return try await SchemaFingerprint.read(connection)
        }
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            let outcome = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            #expect(outcome.cutoverTries == 1)
            try await PlainSchema.finish(connection)
            let difference = SchemaDifference(
                expected: shipped, actual: try await SchemaFingerprint.read(connection))
            #expect(difference.isEmpty, "\(difference.entries)")
            #expect(try await ConversionScenario.leftovers(connection) == nil)
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM visit_reports JOIN visit_report_keys USING (id, report_number, visit_date)")
                    == "300")
            let policy = try await PolicyStore(connection).policy(of: ConversionRequest.visitReports.table)
            #expect(policy == PartitionPolicy.visitReports)
            let again = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            #expect(again.steps.isEmpty)
            #expect(again.legacy?.name == "visit_reports_legacy")
        }
    }

    @Test func `partition maintain maintains what was converted`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            _ = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            var options = MaintenanceRun.Options(at: Date())
            options.premake = 6
            let results = try await MaintenanceRun(
                connection, lockPolicy: LockPolicy(), runID: UUID().uuidString
            ).run(options, progress: .silent)
            #expect(results.map(\.table) == [ConversionRequest.visitReports.table])
            #expect(results.flatMap(\.outcomes).compactMap(\.error).isEmpty)
            #expect(results.flatMap(\.outcomes).filter { $0.operation.kind == .create }.count == 3)
        }
    }

    @Test func `all dependents of a table are carried over, and restored by undo to the same dump`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(ConversionScenario.sql)
            let before = try await StructureDump(connection).text()
            let rows = try await ConversionScenario.data(connection)
            let outcome = try await conversion(connection).run(scenario, at: Date(), progress: .silent)
            #expect(outcome.legacy?.name == #"Work "Orders"_legacy"#)
            let converted = try await StructureDump(connection).text()
            // Columns and rows of a publication are there since 15.
            let published =
                await connection.serverVersion >= 150_000 ? #" ("Id", number, "due; day") WHERE (("Id" > 0))"# : ""
            for part in [
                #"PARTITION BY RANGE ("due; day")"#, "SEQUENCE NAME public.order_ids", "START WITH 7",
                #"CREATE STATISTICS public.order_statistics (ndistinct, dependencies) ON customer, total FROM public."Work ""Orders""";"#,
                #"CREATE TRIGGER "a touch" BEFORE INSERT OR UPDATE ON public."Work ""Orders""" FOR"#,
                #"ALTER TABLE public."Work ""Orders""" DISABLE TRIGGER idle;"#,
                #"COMMENT ON TRIGGER "a touch" ON public."Work ""Orders""" IS 'touches';"#,
                #"CREATE VIEW public.open_orders WITH (security_barrier='true') AS"#,
                "FROM public.\"Work \"\"Orders\"\"\"\n",
                #"CREATE RULE keep AS"#,
                #"CREATE POLICY "see it" ON public."Work ""Orders""" FOR SELECT TO convert_reader"#,
                #"CREATE POLICY change ON public."Work ""Orders""" AS RESTRICTIVE"#,
                #"ALTER PUBLICATION orders ADD TABLE ONLY public."Work ""Orders"""\#(published);"#,
                #"GRANT INSERT ON TABLE public."Work ""Orders""" TO convert_reader WITH GRANT OPTION;"#,
                #"GRANT UPDATE(note) ON TABLE public."Work ""Orders""" TO convert_reader;"#,
                #"ALTER SEQUENCE public."Work ""Orders""_counter_seq" OWNED BY public."Work ""Orders""".counter;"#,
                #"GRANT USAGE ON SEQUENCE public.order_ids TO convert_reader;"#,
                #"COMMENT ON TABLE public."Work ""Orders""" IS 'It''s work';"#,
                #"COMMENT ON CONSTRAINT "orders' pkey" ON public."Work ""Orders""" IS 'the key';"#,
                #"COMMENT ON INDEX public.orders_customer IS 'by customer';"#,
                #"ALTER TABLE ONLY public."Work ""Orders""" ALTER COLUMN note SET STATISTICS 200;"#,
                #"ALTER TABLE public."Work ""Orders""" ENABLE ROW LEVEL SECURITY;"#,
                #"COMMENT ON CONSTRAINT "lines' order" ON public.lines IS 'of an order';"#,
            ] { #expect(converted.contains(part), "\(part)") }
            #expect(try await ConversionScenario.data(connection) == rows)
            #expect(try await ConversionScenario.leftovers(connection) == nil)
            // The names mean the new table.
            #expect(try await connection.value("SELECT count(*) FROM open_orders") == "500")
            #expect(try await connection.value("SELECT order_total('2026-03-02') IS NOT NULL") == "t")
            try await connection.execute(
                #"INSERT INTO "Work ""Orders""" (number, "due; day", customer, total) VALUES ('new', date_trunc('month', now()) + interval '2 months', 1, 7)"#
            )
            #expect(try await connection.value("SELECT number FROM open_orders WHERE number = 'new'") == "new")
            let refusal = await #expect(throws: ConversionError.self) {
                try await conversion(connection).undo(scenario.table, progress: .silent)
            }
            #expect(refusal?.report.code == "RSS-PARTITION-050")
            try await connection.execute(#"DELETE FROM "Work ""Orders""" WHERE number = 'new'"#)
            _ = try await conversion(connection).undo(scenario.table, progress: .silent)
            #expect(try await StructureDump(connection).text() == before)
            let after = try await ConversionScenario.data(connection)
            #expect(after?.split(separator: "|").dropLast() == rows?.split(separator: "|").dropLast())
            #expect(try await PolicyStore(connection).policies().isEmpty)
        }
    }

    @Test func `the registry keeps keys unique over all partitions, and children with their rows`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await PlainSchema.make(connection)
            _ = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            try await connection.execute(
                "DO $$ BEGIN EXECUTE format('CREATE TABLE ahead PARTITION OF visit_reports FOR VALUES FROM (%L) TO (''2100-01-01'')', (SELECT max(split_part(split_part(pg_get_expr(relpartbound, oid), 'TO (''', 2), '''', 1)) FROM pg_class WHERE relispartition AND relkind = 'r')); END $$"
            )
            let insert =
                "INSERT INTO visit_reports (id, report_number, organization_id, visit_date) VALUES ($1, $2, md5('o')::uuid, $3::text::date)"
            let known = try await connection.value("SELECT md5('r1')::uuid") ?? ""
            for (id, number) in [(known, "X"), (UUID().uuidString, "R1")] {
                let error = await #expect(throws: PostgresError.self) {
                    try await connection.execute(insert, [id, number, "2099-01-01"])
                }
                #expect(error?.sqlState == .uniqueViolation)
            }
            // Two at once: one waits for the other and is refused.
            let id = UUID().uuidString
            try await connection.execute("BEGIN")
            try await connection.execute(insert, [id, "Y", "2026-01-01"])
            let second = Task { try await other.execute(insert, [id, "Z", "2099-01-01"]) }
            #expect(
                try await eventually {
                    try await connection.value("SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"
                })
            try await connection.execute("COMMIT")
            let error = await #expect(throws: PostgresError.self) { try await second.value }
            #expect(error?.sqlState == .uniqueViolation)

            let hardware = "SELECT count(*) FROM hardware_inventory WHERE visit_report_id = md5('r1')::uuid"
            try await connection.execute(
                "UPDATE visit_reports SET visit_date = '2099-05-05' WHERE report_number = 'R1'")
            #expect(
                try await connection.value("SELECT tableoid::regclass FROM visit_reports WHERE report_number = 'R1'")
                    == "ahead")
            #expect(try await connection.value(hardware) == "1")
            let orphan = await #expect(throws: PostgresError.self) {
                try await connection.execute(
                    "INSERT INTO hardware_inventory (visit_report_id, category_id, device_name) SELECT gen_random_uuid(), id, 'x' FROM categories LIMIT 1"
                )
            }
            #expect(orphan?.sqlState?.rawValue == "23503")
            try await connection.execute("DELETE FROM visit_reports WHERE report_number = 'R1'")
            #expect(try await connection.value(hardware) == "0")
            #expect(
                try await connection.value("SELECT count(*) FROM files.file_attachments WHERE visit_report_id IS NULL")
                    == "1")
            await connection.close()
            await other.close()
        }
    }

    @Test func `keys that a transaction with an old snapshot left are fixed before the cutover`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            try await FaultPoint.$handler.withValue({ name in
                guard name == "convert.complete" else { return }
                try await connection.executeScript(
                    """
                    UPDATE visit_report_keys SET visit_date = '2001-01-01' WHERE report_number = 'R5';
                    DELETE FROM visit_report_keys WHERE report_number = 'R6';
                    INSERT INTO visit_report_keys VALUES (gen_random_uuid(), 'gone', '2001-01-01');
                    """)
            }) { _ = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent) }
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM visit_reports r FULL JOIN visit_report_keys k USING (id, report_number, visit_date) WHERE r.status IS NULL OR k IS NULL"
                ) == "0")
        }
    }

    @Test func `writers lose nothing and get no error`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await PlainSchema.make(connection, reports: 2000)
            let ledgers = (0..<3).map { ConvertWriter(number: $0, options: options) }
            let tasks = ledgers.map { ledger in Task { try await ledger.work() } }
            let outcome = try await conversion(connection, budget: .seconds(60)).run(
                .visitReports, at: Date(), progress: .silent)
            try await Task.sleep(for: .milliseconds(300))
            for ledger in ledgers { await ledger.stop() }
            for task in tasks { try await task.value }
            #expect(outcome.cutoverMilliseconds != nil)
            for ledger in ledgers {
                #expect(await ledger.writes > 50)
                #expect(try await ledger.differences(connection) == [])
            }
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM visit_reports r FULL JOIN visit_report_keys k USING (id, report_number, visit_date) WHERE r.status IS NULL OR k IS NULL"
                ) == "0")
            await connection.close()
        }
    }

    @Test func `the first partition is divided on request, and an interrupted division is resumed`() async throws {
        let shipped = try await withConnection(migrated: true) { connection in
            try await connection.execute("DROP EXTENSION pg_stat_statements")
            return try await SchemaFingerprint.read(connection)
        }
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            let outcome = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            var options = Reshape.Options(at: Date())
            options.interval = .month
            await #expect(throws: CancellationError.self) {
                try await FaultPoint.$handler.withValue({ name in
                    if name == "reshape.built" { throw CancellationError() }
                }) { _ = try await conversion(connection).divide(outcome, options, progress: .silent) }
            }
            let again = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            let divided = try await conversion(connection).divide(again, options, progress: .silent)
            #expect(divided?.isResumed == true)
            let third = try await conversion(connection).run(.visitReports, at: Date(), progress: .silent)
            #expect(third.legacy == nil)
            #expect(third.partitions.count >= 13)
            #expect(try await conversion(connection).divide(third, options, progress: .silent)?.state == .done)
            try await PlainSchema.finish(connection)
            let difference = SchemaDifference(
                expected: shipped, actual: try await SchemaFingerprint.read(connection))
            #expect(difference.isEmpty, "\(difference.entries)")
            #expect(
                try await connection.value(
                    "SELECT count(*) FROM visit_reports r JOIN visit_report_keys k USING (id, report_number, visit_date) JOIN hardware_inventory h ON h.visit_report_id = k.id"
                ) == "300")
            await #expect(throws: ConversionError.self) {
                try await conversion(connection).undo(ConversionRequest.visitReports.table, progress: .silent)
            }
        }
    }

    @Test func `a plan changes nothing, and names locks, statements and what changes`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            let before = try await StructureDump(connection).text()
            let plan = try await conversion(connection).plan(.visitReports, at: Date())
            #expect(try await StructureDump(connection).text() == before)
            #expect(plan.steps.map(\.what).first == "create the key registry visit_report_keys")
            #expect(plan.changes.contains { $0.contains("ON CONFLICT (id)") })
            let statements = plan.steps.flatMap(\.statements)
            #expect(statements.contains { $0.contains("ATTACH PARTITION") && $0.contains("MINVALUE") })
            #expect(statements.contains { $0.contains("DROP TRIGGER \"visit_report_keys_insert\"") })
            #expect(
                plan.steps.flatMap(\.locks).contains { $0.mode == "ACCESS EXCLUSIVE" && $0.relation == "public.users" })
        }
    }
}

/// Writes one after the other, and knows what must be there.
private actor ConvertWriter {
    private let number: Int
    private let options: ConnectionOptions
    private var rows: [String: String] = [:]
    private var gone: Set<String> = []
    private var isStopped = false
    private(set) var writes = 0

    init(number: Int, options: ConnectionOptions) {
        self.number = number
        self.options = options
    }

    func stop() { isStopped = true }

    func work() async throws {
        let connection = try await PostgresConnection.connect(options)
        var generator = SystemRandomNumberGenerator()
        while !isStopped {
            let day = "2026-\(10 + Int.random(in: 0...1, using: &generator))-\(10 + Int.random(in: 0...9))"
            switch Int.random(in: 0...3, using: &generator) {
            case 0, 1:
                let id = UUID().uuidString.lowercased()
                try await connection.execute(
                    """
                    INSERT INTO visit_reports (id, report_number, organization_id, visit_date)
                    VALUES ($1, $2, md5('o')::uuid, $3::text::date)
                    """, [id, "W\(number)-\(writes)", day])
                rows[id] = day
                try await connection.execute(
                    """
                    INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
                    SELECT $1, id, 'w' FROM categories WHERE name = 'Laptop'
                    """, [id])
            case 2:
                guard let id = rows.keys.randomElement() else { continue }
                try await connection.execute(
                    "UPDATE visit_reports SET visit_date = $2::text::date WHERE id = $1", [id, day])
                rows[id] = day
            default:
                guard let id = rows.keys.randomElement() else { continue }
                try await connection.execute("DELETE FROM visit_reports WHERE id = $1", [id])
                rows[id] = nil
                gone.insert(id)
            }
            writes += 1
        }
        await connection.close()
    }

    func differences(_ connection: PostgresConnection) async throws -> [String] {
        var found: [String] = []
        let all = try await connection.query(
            """
            SELECT v.id::text, v.visit_date::text, count(h.id) FROM visit_reports v
            LEFT JOIN hardware_inventory h ON h.visit_report_id = v.id
            WHERE report_number LIKE 'W\(number)-%' GROUP BY 1, 2
            """)
        var there: [String: String] = [:]
        for row in all {
            let (id, day, children) = try row.decode(String.self, String.self, Int.self)
            there[id] = day
            if children != 1 { found.append("\(id) has \(children) children") }
        }
        if there != rows { found.append("rows differ") }
        return found
    }
}
