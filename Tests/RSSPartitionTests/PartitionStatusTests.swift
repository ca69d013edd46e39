import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct PartitionStatusTests {
    private static let visits = PartitionPolicy.visitReports.table

    private func inspect(
        _ connection: PostgresConnection, _ tables: [RelationName] = [visits], deep: Bool = false,
        at date: Date = Date()
    ) async throws -> [PartitionInspection] {
        let surveys = try await PartitionSurveyor(connection).survey(tables, defaultPremake: 3, at: date)
        return try await PartitionInspector(connection).inspect(surveys, deep: deep)
    }

    /// Severity and object of what a check found.
    private func found(_ check: String, _ inspections: [PartitionInspection]) -> [Finding] {
        inspections.flatMap(\.findings).filter { $0.check == "partition.\(check)" }
    }

    private func maintain(_ connection: PostgresConnection, _ table: RelationName = visits) async throws {
        var options = MaintenanceRun.Options(at: Date())
        options.tables = [table]
        _ = try await MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            .run(options, progress: .silent)
    }

    /// Something that is done to a partition, and what is to be found.
    struct Fault: Sendable, CustomStringConvertible {
        let check: String
        let sql: String
        var severity = Verdict.warning
        var count = 1
        var description: String { "\(check): \(sql)" }
    }

    private static let leaf =
        "(SELECT c.oid::regclass::text FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'visit_reports'::regclass ORDER BY c.relname LIMIT 1)"

    @Test(arguments: [
        Fault(check: "drift_grants", sql: "GRANT SELECT, INSERT ON visit_reports TO status_app"),
        Fault(check: "drift_grants", sql: "GRANT DELETE ON LEAF TO status_app"),
        Fault(check: "drift_owner", sql: "ALTER TABLE LEAF OWNER TO status_app"),
        Fault(check: "drift_row_security", sql: "ALTER TABLE visit_reports ENABLE ROW LEVEL SECURITY"),
        Fault(check: "drift_replica_identity", sql: "ALTER TABLE LEAF REPLICA IDENTITY FULL"),
        Fault(
            check: "drift_replica_identity",
            sql: "ALTER TABLE visit_reports REPLICA IDENTITY USING INDEX visit_reports_pkey"),
        Fault(check: "drift_publication", sql: "CREATE PUBLICATION pub FOR TABLE LEAF"),
        Fault(check: "trigger", sql: "ALTER TABLE LEAF DISABLE TRIGGER visit_report_keys_insert", severity: .critical),
        Fault(
            check: "trigger", sql: "ALTER TABLE visit_reports DISABLE TRIGGER visit_report_keys_delete",
            severity: .critical),
        Fault(
            check: "constraint_not_valid",
            sql: "ALTER TABLE visit_reports ADD CONSTRAINT c CHECK (completion_percentage < 101) NOT VALID"),
        Fault(
            check: "constraint_not_valid",
            sql: "ALTER TABLE LEAF ADD CONSTRAINT c CHECK (completion_percentage < 101) NOT VALID"),
        Fault(
            check: "index_invalid",
            sql:
                "UPDATE pg_index SET indisvalid = false WHERE indexrelid = (SELECT indexrelid FROM pg_index WHERE indrelid = 'LEAF'::regclass AND NOT indisunique LIMIT 1)"
        ),
    ])
    func `a fault is found, and the reported statement fixes it`(fault: Fault) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute(
                "DO $$ BEGIN CREATE ROLE status_app; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
            )
            #expect(found(fault.check, try await inspect(connection)).isEmpty)
            let leaf = try #require(try await connection.value("SELECT \(Self.leaf)"))
            try await connection.executeScript(fault.sql.replacing("LEAF", with: leaf))
            let findings = found(fault.check, try await inspect(connection))
            let finding = try #require(findings.first)
            #expect(findings.count == fault.count && finding.severity == fault.severity)
            // Outside of a transaction, as psql does it.
            for statement in (finding.fix ?? "").split(separator: "; ") {
                try await connection.execute(String(statement))
            }
            #expect(found(fault.check, try await inspect(connection)).isEmpty)
        }
    }

    @Test func `a complete table has no findings except the missing policy`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("ANALYZE visit_reports")
            let inspections = try await inspect(connection, [], deep: true)
            #expect(inspections.count == 2)
            #expect(inspections.flatMap(\.findings).map(\.check) == ["partition.policy"])
            #expect(!inspections.flatMap(\.reports).contains { $0.outcome.verdict == .blind })
        }
    }

    @Test func `a short runway and a gap are found, and maintenance fixes both`() async throws {
        try await withConnection(migrated: true) { connection in
            let survey = try await PartitionSurveyor(connection).survey([Self.visits], defaultPremake: 3, at: Date())
            let names = try #require(survey.first).table.partitions.map(\.name)
            #expect(names.count == 4)
            try await connection.execute("ALTER TABLE visit_reports DETACH PARTITION \(names[3])")
            let one = found("runway", try await inspect(connection))
            #expect(one.map(\.severity) == [.warning] && one[0].detail.hasPrefix("1 of 3 partitions ahead are missing"))
            // In two months the gap counts, and nothing is ahead.
            try await connection.execute("ALTER TABLE visit_reports DETACH PARTITION \(names[1])")
            let later = Date(timeIntervalSinceNow: 86_400 * 62)
            let then = try await inspect(connection, at: later)
            #expect(found("gap", then).map(\.severity) == [.warning])
            #expect(found("runway", then).map(\.severity) == [.critical])
            let nothing = try await inspect(connection, at: Date(timeIntervalSinceNow: 86_400 * 400))
            #expect(found("runway", nothing).first?.detail.contains("is refused") == true)
            try await connection.execute("DROP TABLE \(names[1]), \(names[3])")
            try await maintain(connection)
            let mended = try await inspect(connection)
            #expect(found("gap", mended).isEmpty && found("runway", mended).isEmpty)
        }
    }

    @Test func `rows in a default partition are counted, and a gap far away is only reported`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE t_far PARTITION OF t FOR VALUES FROM ('2097-01-01') TO ('2097-02-01');
                CREATE TABLE t_rest PARTITION OF t DEFAULT;
                INSERT INTO t SELECT '1999-01-01'::date + g FROM generate_series(1, 5) g;
                """)
            let t = RelationName(schema: "public", name: "t")
            try await maintain(connection, t)
            let inspections = try await inspect(connection, [t])
            let rows = try #require(found("default_rows", inspections).first)
            #expect(rows.measured == 5 && rows.fix == "rssctl partition drain public.t")
            #expect(inspections.first?.defaultRows == 5)
            #expect(found("gap", inspections).map(\.severity) == [.info])
        }
    }

    @Test func `an interrupted detach is found, and its table is not covered`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let reader = try await PostgresConnection.connect(options)
            let name = try #require(try await connection.value("SELECT \(Self.leaf)"))
            try await reader.execute("BEGIN")
            try await reader.query("SELECT count(*) FROM visit_reports")
            try await connection.execute("SET lock_timeout = '50ms'")
            await #expect(throws: PostgresError.self) {
                try await connection.execute("ALTER TABLE visit_reports DETACH PARTITION \(name) CONCURRENTLY")
            }
            await reader.close()
            let inspections = try await inspect(connection)
            #expect(found("detach_pending", inspections).map(\.severity) == [.critical])
            #expect(found("runway", inspections).map(\.severity) == [.critical])
            let metrics = PartitionMetrics(inspections, at: Date()).text
            #expect(metrics.contains("rssctl_partition_detach_pending{table=\"public.visit_reports\"} 1\n"))
            #expect(metrics.contains("rssctl_partition_runway_seconds{table=\"public.visit_reports\"} 0\n"))
            await connection.close()
        }
    }

    @Test func `what was retired, interrupted or left is reported with what to do`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                CREATE TABLE waiting (); CREATE TABLE due (); CREATE TABLE half ();
                INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid, definition, state, drop_after, run_id)
                VALUES ('public', 'visit_reports', 'public', 'waiting', 'waiting'::regclass::oid, '', 'quarantined', now() + interval '1 day', gen_random_uuid()),
                       ('public', 'visit_reports', 'public', 'due', 'due'::regclass::oid, '', 'quarantined', now() - interval '1 day', gen_random_uuid()),
                       ('public', 'visit_reports', 'public', 'half', 'half'::regclass::oid, '', 'dropping', now() - interval '1 day', gen_random_uuid()),
                       ('public', 'visit_reports', 'public', 'gone', 1, '', 'quarantined', now(), gen_random_uuid());
                CREATE TABLE odd (); COMMENT ON TABLE odd IS 'rssctl: drain 7';
                """)
            let inspections = try await inspect(connection)
            let retired = found("retired", inspections)
            #expect(retired.map(\.severity) == [.info, .warning, .warning, .warning])
            #expect(retired.map(\.object) == ["public.waiting", "public.due", "public.half", "public.gone"])
            #expect(found("leftover", inspections).map(\.fix) == ["DROP TABLE public.odd"])
            try await connection.execute(
                "INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id) VALUES ('drain', 'public', 'visit_reports', '{}', 'copy', 'active', gen_random_uuid())"
            )
            let working = try await inspect(connection)
            #expect(found("leftover", working).isEmpty)
            #expect(found("work", working).map(\.severity) == [.warning])
            try await connection.acquire(.partitions(of: Self.visits))
            #expect(found("work", try await inspect(connection)).map(\.severity) == [.info])
        }
    }

    @Test func `keys without rows and rows without keys are found by reading both`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                INSERT INTO organizations (id, name) VALUES ('00000000-0000-4000-8000-000000000001', 'o');
                INSERT INTO visit_reports (id, report_number, organization_id, visit_date)
                SELECT ('00000000-0000-4000-8000-0000000001' || lpad(g::text, 2, '0'))::uuid, 'r' || g, '00000000-0000-4000-8000-000000000001', current_date FROM generate_series(1, 9) g;
                """)
            #expect(found("registry", try await inspect(connection, deep: true)).isEmpty)
            try await connection.executeScript(
                """
                SET session_replication_role = replica;
                DELETE FROM visit_report_keys WHERE report_number = 'r1';
                DELETE FROM visit_reports WHERE report_number IN ('r2', 'r3');
                UPDATE visit_report_keys SET report_number = 'other' WHERE report_number = 'r4';
                """)
            #expect(found("registry", try await inspect(connection)).isEmpty)
            let findings = found("registry", try await inspect(connection, deep: true))
            #expect(findings.map(\.measured) == [2, 1, 1])
            #expect(findings[2].detail.contains("00000000-0000-4000-8000-000000000101"))
        }
    }

    @Test func `a policy that does not fit, a table without one, and pg_partman as well are reported`() async throws {
        try await withConnection(migrated: true) { connection in
            var policy = PartitionPolicy.visitReports
            policy.column = "created_at"
            try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
            #expect(found("policy", try await inspect(connection)).map(\.severity) == [.critical])
            try await connection.executeScript(
                """
                CREATE TABLE n (id bigint NOT NULL) PARTITION BY RANGE (id);
                CREATE TABLE part_config (parent_table text, premake int, retention text);
                INSERT INTO part_config VALUES ('public.n', 4, NULL);
                """)
            let inspections = try await inspect(connection, [RelationName(schema: "public", name: "n")])
            #expect(found("policy", inspections).map(\.severity) == [.warning])
            #expect(found("partman", inspections).count == 1)
            let runway = inspections.first?.reports.first { $0.check == "partition.runway" }
            #expect(runway?.outcome.verdict == .blind)
        }
    }

    @Test func `bounds that follow another policy are reported`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (at timestamptz NOT NULL) PARTITION BY RANGE (at);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-12-01 00:00+00');
                """)
            let t = RelationName(schema: "public", name: "t")
            var policy = PartitionPolicy(table: t, column: "at")
            try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
            #expect(found("off_grid", try await inspect(connection, [t])).isEmpty)
            policy.timeZone = "Asia/Tokyo"
            try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
            #expect(found("off_grid", try await inspect(connection, [t])).count == 1)
        }
    }

    @Test func `what a role may not see is blind, never ok`() async throws {
        try await withDatabase(migrated: true) { options in
            let admin = try await PostgresConnection.connect(options)
            try await admin.executeScript(
                """
                DO $$ BEGIN CREATE ROLE status_reader LOGIN PASSWORD 'status'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
                CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE t_rest PARTITION OF t DEFAULT;
                """)
            try await admin.execute("SET ROLE status_reader")
            let inspections = try await inspect(admin, [RelationName(schema: "public", name: "t")])
            let blind = Set(inspections.flatMap(\.reports).filter { $0.outcome.verdict == .blind }.map(\.check))
            #expect(
                blind.isSuperset(of: [
                    "partition.policy", "partition.retired", "partition.default_rows", "partition.old_transaction",
                ]))
            await admin.close()
        }
    }

    @Test func `an open transaction is reported once it is old`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await other.execute("BEGIN")
            try await other.query("SELECT 1")
            let sql = SQLResource(PackageResources.check_database_sql).text
            #expect(try await connection.query(sql).isEmpty)
            let rows = try await connection.query(sql.replacing("interval '5 minutes'", with: "interval '0 minutes'"))
            #expect(
                try rows.first?.decode(String.self, "fix") == "SELECT pg_terminate_backend(\(await other.backendPID))")
            await other.close()
            await connection.close()
        }
    }

    @Test func `metrics are what promtool accepts, with names escaped`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "CREATE TABLE \"we\"\"ir\\d\nt\" (d date NOT NULL) PARTITION BY RANGE (d)")
            let table = RelationName(schema: "public", name: "we\"ir\\d\nt")
            let text = PartitionMetrics(try await inspect(connection, [table]), at: Date(timeIntervalSince1970: 5.7))
                .text
            #expect(text.contains("{table=\"public.\\\"we\\\"\\\"ir\\\\d\\nt\\\"\"} 0\n"))
            #expect(text.hasSuffix("rssctl_partition_last_check_timestamp_seconds 5\n"))
            for line in text.split(separator: "\n") where !line.hasPrefix("#") {
                #expect(line.wholeMatch(of: /[a-z_]+(\{.*\})? (\d+(\.\d+)?(e[+\-]\d+)?|\+Inf)/) != nil)
            }
            guard FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool") else { return }
            let file = FileManager.default.temporaryDirectory.appendingPathComponent("metrics-\(UUID().uuidString)")
            try Data(text.utf8).write(to: file)
            let result = try await Subprocess(
                executable: "/bin/sh", arguments: ["-c", "promtool check metrics < \(file.path)"]
            ).run()
            #expect(result.status == 0, "\(result.errors)")
            try FileManager.default.removeItem(at: file)
        }
    }
}
