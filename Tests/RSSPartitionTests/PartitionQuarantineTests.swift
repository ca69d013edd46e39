import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// The range of a retired partition stays free until it is reattached, whatever was written meanwhile.
@Suite struct PartitionQuarantineTests {
    private static let table = ArchiveScenario.name("q")
    private static let first = ArchiveScenario.name("q_1")
    private static let now = (try? Date("2026-03-15T12:00:00Z", strategy: .iso8601)) ?? Date()

    /// Two months, a default partition, a trigger that records deletes and inserts, and a retired January.
    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE fired (what text);
            CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO fired VALUES (TG_OP); RETURN NULL; END $$;
            CREATE TABLE q (d date NOT NULL, id int GENERATED ALWAYS AS IDENTITY, v int, w int GENERATED ALWAYS AS (v * 2) STORED,
                            PRIMARY KEY (d, id)) PARTITION BY RANGE (d);
            CREATE TABLE q_1 PARTITION OF q FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE q_2 PARTITION OF q FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            CREATE TABLE q_default PARTITION OF q DEFAULT;
            INSERT INTO q (d, v) SELECT date '2026-01-01' + g % 59, g FROM generate_series(1, 200) g;
            CREATE TRIGGER fire AFTER INSERT OR DELETE ON q FOR EACH ROW EXECUTE FUNCTION fire();
            """)
        _ = try await RetireScenario.run(connection).retire([Self.first], quarantineDays: 1, isDryRun: false)
        try await connection.executeScript(
            """
            INSERT INTO q (d, v) VALUES ('2026-01-07', 1000), ('2026-01-08', 1001), ('2026-03-09', 1002);
            TRUNCATE fired
            """)
    }

    private func drain(_ connection: PostgresConnection, all: Bool = false) async throws -> ReshapeOutcome {
        var options = Reshape.Options(at: Self.now)
        options.takesAll = all
        return try await Reshape(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).drain(
            Self.table, options, progress: .silent)
    }

    @Test func `no drain creates a partition in the range of a retired one`() async throws {
        try await withConnection { connection in
            try await make(connection)
            for all in [false, true] {
                await #expect(
                    throws: ReshapeError.quarantined(
                        table: "public.q", range: "2026-01-01 … 2026-02-01", partition: "public.q_1")
                ) { try await drain(connection, all: all) }
            }
            // Maintenance creates all but that, and moves no row of it.
            try await connection.execute("DELETE FROM q WHERE d = '2026-03-09'")
            let kept = try await RetireScenario.maintain(connection, "q", at: Self.now)
            #expect(kept.errors.isEmpty && !kept.done.isEmpty)
            #expect(try await connection.value("SELECT count(*) FROM q_default") == "2")
        }
    }

    @Test func `undo moves the rows that are in the default partition, and fires no trigger for them`()
        async throws
    {
        try await withConnection { connection in
            try await make(connection)
            let before = try await connection.value(
                "SELECT string_agg(q::text, ';' ORDER BY d, id) FROM (SELECT * FROM q UNION ALL SELECT * FROM q_1) q")
            let shown = try await RetireScenario.run(connection).undo(Self.first, isDryRun: true)
            #expect(shown[0].statements.contains { $0.contains("DELETE FROM ONLY") })
            _ = try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            #expect(
                try await connection.value("SELECT string_agg(q::text, ';' ORDER BY d, id) FROM q") == before)
            #expect(try await connection.value("SELECT string_agg(v::text, ',') FROM q_default") == "1002")
            #expect(try await connection.value("SELECT count(*) FROM fired") == "0")
            // Its triggers are as they were.
            try await connection.execute("INSERT INTO q (d, v) VALUES ('2026-04-01', 1)")
            #expect(try await connection.value("SELECT count(*) FROM fired") == "1")
            try await connection.execute("DELETE FROM q WHERE d IN ('2026-04-01', '2026-01-07')")
            #expect(try await drain(connection).state == .done)
        }
    }

    @Test func `rows that a foreign key may reference are not moved, and the hint works`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.execute(
                "CREATE TABLE child (d date, id int, FOREIGN KEY (d, id) REFERENCES q ON DELETE CASCADE)")
            await #expect {
                try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            } throws: { error in
                guard case RetireError.strayRows? = error as? RetireError else { return false }
                return true
            }
            try await connection.execute("DELETE FROM q WHERE d IN ('2026-01-07', '2026-01-08')")
            _ = try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM q") == "201")
        }
    }

    @Test func `rows with keys that are in the retired partition change nothing`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.execute(
                "INSERT INTO q (d, id) OVERRIDING SYSTEM VALUE SELECT d, id FROM q_1 LIMIT 1")
            await #expect {
                try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            } throws: { error in
                guard case RetireError.keysMeet? = error as? RetireError else { return false }
                return true
            }
            #expect(try await connection.value("SELECT count(*) FROM q_default") == "4")
            await #expect(throws: (any Error).self) { try await connection.execute("DELETE FROM q_1") }
        }
    }

    @Test func `a range that another partition has is reported with a hint that works`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.executeScript(
                """
                DELETE FROM q_default WHERE d < '2026-02-01';
                CREATE TABLE q_other PARTITION OF q FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
                INSERT INTO q (d, v) VALUES ('2026-01-20', 5000);
                """)
            await #expect(
                throws: RetireError.occupied(
                    "public.q_1", range: "2026-01-01 … 2026-02-01", by: "public.q_other", table: "public.q")
            ) { try await RetireScenario.run(connection).undo(Self.first, isDryRun: false) }
            try await connection.execute("ALTER TABLE public.q DETACH PARTITION public.q_other")
            _ = try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM q") == "201")
        }
    }

    @Test func `columns added or dropped since are reported with the statements`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.executeScript(
                "DELETE FROM q_default; ALTER TABLE q ADD COLUMN n int NOT NULL DEFAULT 3")
            await #expect(
                throws: RetireError.columnsDiffer(
                    "public.q_1", table: "public.q", problem: "it has no column n",
                    remedy: "ALTER TABLE q_1 ADD COLUMN n integer DEFAULT 3 NOT NULL")
            ) { try await RetireScenario.run(connection).undo(Self.first, isDryRun: false) }
            try await connection.execute("ALTER TABLE q_1 ADD COLUMN n integer DEFAULT 3 NOT NULL")
            _ = try await RetireScenario.run(connection).undo(Self.first, isDryRun: false)
            #expect(try await connection.value("SELECT sum(n) = 3 * count(*) FROM q_1") == "t")
        }
    }

    @Test func `a check of that state names undo, and not drain for a range that is kept free`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let surveys = try await PartitionSurveyor(connection).survey(
                [Self.table], defaultPremake: 3, at: Self.now)
            let findings = try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
            let rows = findings.first { $0.check == "partition.default_rows" }
            #expect(rows?.fix?.hasPrefix("rssctl partition undo public.q_1 ") == true)
            let gap = findings.first { $0.check == "partition.gap" }
            #expect(gap == nil || gap?.fix?.contains("undo public.q_1") == true)
        }
    }

    @Test func `what is retired already is reported as such`() async throws {
        try await withConnection { connection in
            try await make(connection)
            await #expect {
                try await RetireScenario.run(connection).retire([Self.first], quarantineDays: 1, isDryRun: false)
            } throws: { error in
                guard case RetireError.alreadyRetired("public.q_1", _)? = error as? RetireError else { return false }
                return true
            }
        }
    }

    @Test func `an interrupted drain reports rows that undo moves, and is resumed without them`()
        async throws
    {
        struct Broken: Error {}
        try await withConnection { connection in
            try await make(connection)
            let old = ArchiveScenario.name("q_old")
            try await connection.executeScript(
                """
                DELETE FROM q_default WHERE d < '2026-02-01';
                CREATE TABLE q_old PARTITION OF q FOR VALUES FROM ('2010-01-01') TO ('2010-02-01');
                """)
            _ = try await RetireScenario.run(connection).retire([old], quarantineDays: 1, isDryRun: false)
            // So old that the drain leaves them: they are copied to what becomes the default partition.
            try await connection.execute("INSERT INTO q (d, v) VALUES ('2010-01-07', 1000), ('2010-01-08', 1001)")
            await #expect(throws: Broken.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "reshape.copied" { throw Broken() } }) {
                    _ = try await drain(connection)
                }
            }
            _ = try await RetireScenario.run(connection).undo(old, isDryRun: false)
            let before = try await connection.value("SELECT string_agg(q::text, ';' ORDER BY d, id) FROM q")
            #expect(try await drain(connection).state == .done)
            #expect(try await connection.value("SELECT string_agg(q::text, ';' ORDER BY d, id) FROM q") == before)
            #expect(try await connection.value("SELECT count(*) FROM q_default") == "0")
        }
    }

    @Test func `reports that are moved keep their keys and what belongs to them`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await connection.execute("CREATE TABLE visit_reports_default PARTITION OF visit_reports DEFAULT")
            let run = RetireScenario.run(connection)
            _ = try await run.retire([RetireScenario.partition], quarantineDays: 1, isDryRun: false)
            try await connection.executeScript(
                """
                INSERT INTO visit_reports (report_number, organization_id, visit_date)
                    SELECT 'VR-900', (SELECT id FROM organizations LIMIT 1), '2024-01-15';
                INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
                    SELECT id, (SELECT id FROM categories WHERE name = 'x'), 'd' FROM visit_report_keys WHERE report_number = 'VR-900';
                """)
            _ = try await run.undo(RetireScenario.partition, isDryRun: false)
            #expect(try await connection.value("SELECT count(*) FROM visit_reports_2024_01") == "41")
            #expect(try await connection.value("SELECT count(*) FROM hardware_inventory") == "161")
            let table = try await PartitionCatalog(connection).table(PartitionPolicy.visitReports.table)
            #expect(try await RegistryAudit(connection).findings(table).isEmpty)
            // The triggers of all partitions are there and on.
            try await connection.execute("DELETE FROM visit_reports WHERE report_number = 'VR-900'")
            #expect(try await connection.value("SELECT count(*) FROM visit_report_keys") == "80")
        }
    }
}
