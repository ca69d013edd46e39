import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// What people of a database without policies, with a killed conversion, or with odd words for durations see.
@Suite struct PartitionTidyTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()

    @Test(
        arguments: [
            ("24 months", 24, .month), ("24months", 24, .month), ("24mo", 24, .month), ("90d", 90, .day),
            ("7 days", 7, .day), ("1 week", 1, .week), ("2w", 2, .week), ("8 quarters", 8, .quarter), ("1y", 1, .year),
            ("36 h", 36, .hour), ("5000", 5000, .step(1)),
        ] as [(String, Int, PartitionInterval)])
    func `a retention is read in the words that people use`(text: String, count: Int, unit: PartitionInterval) {
        #expect(PartitionRetention(text) == PartitionRetention(count, unit))
        #expect(
            PartitionRetention(text).flatMap { PartitionRetention($0.description) } == PartitionRetention(count, unit))
    }

    @Test(arguments: ["3 months 5 days", "3mo 5d", "3mo5d"])
    func `a retention of several units is counted back by all of them`(text: String) async throws {
        let retention = try #require(PartitionRetention(text))
        #expect(retention.description == "3 months 5 days")
        #expect(PartitionRetention(retention.description) == retention)
        try await withConnection { connection in
            let policy = PartitionPolicy(table: ArchiveScenario.name("t"), column: "d", retention: retention)
            let cells = PartitionCells(
                policy: policy, key: PartitionKey(column: "d", kind: .date), connection: connection)
            let now = Int64(Self.now.timeIntervalSince1970) * 1_000_000
            // 2026-11-24 less three months are 2026-08-24, less five days 2026-08-19.
            let cutoff = try await cells.cutoff(retention, now: now)
            #expect(cutoff == 1_787_140_800_000_000)
        }
    }

    @Test(arguments: [
        "", "0 days", "-1 d", "5m", "5 fortnights", "5  days", "d", "s", "5s", "3 months 5", "5 days 3 months",
        "1 day 2 days",
    ])
    func `an invalid retention is refused, and minutes are not months`(text: String) {
        #expect(PartitionRetention(text) == nil)
    }

    @Test func `a database without policies has nothing to show, and is not an error`() async throws {
        try await withConnection { connection in
            let overview = try await PartitionSurveyor(connection).overview([], defaultPremake: 3, at: Self.now)
            #expect(overview.surveys.isEmpty && overview.losses.isEmpty)
            let results = try await MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                MaintenanceRun.Options(at: Self.now), progress: .silent)
            #expect(results.isEmpty)
        }
    }

    @Test func `for a role that may not see the policies, they are not reported as missing`() async throws {
        try await withConnection { connection in
            let role = "blind_\(UUID().uuidString.prefix(8).lowercased())"
            try await BookkeepingSchema.prepare(connection)
            try await connection.executeScript("CREATE ROLE \(role); SET ROLE \(role)")
            let error = await #expect(throws: PostgresError.self) {
                try await PartitionSurveyor(connection).overview([], defaultPremake: 3, at: Self.now)
            }
            #expect(error.map { ErrorReport(describing: $0).exit } == .permission)
            try await connection.executeScript("RESET ROLE; DROP ROLE \(role)")
        }
    }

    @Test func `a conversion that was killed is reported wherever its table is checked, with a hint`()
        async throws
    {
        try await withConnection { connection in
            try await BookkeepingSchema.prepare(connection)
            try await connection.executeScript(
                """
                CREATE TABLE "c v" (id int PRIMARY KEY, d date NOT NULL); CREATE TABLE other ();
                INSERT INTO rssctl.partition_work (kind, schema_name, table_name, spec, phase, state, run_id)
                VALUES ('convert', 'public', 'c v', '{}', 'convert', 'active', gen_random_uuid()),
                       ('convert', 'public', 'other', '{}', 'converted', 'done', gen_random_uuid());
                """)
            let table = ArchiveScenario.name("c v")
            let named = await #expect(throws: UnfinishedConversion.self) {
                try await PartitionCatalog(connection).table(table)
            }
            #expect(named?.report.code == "RSS-PARTITION-121")
            #expect(named?.report.hint?.contains(#"rssctl partition convert 'public."c v"' --abort"#) == true)
            let overview = try await PartitionSurveyor(connection).overview([], defaultPremake: 3, at: Self.now)
            #expect(overview.losses.map(\.table) == [table])
            let findings = try await PartitionInspector(connection).inspect(overview, deep: false).flatMap(\.findings)
            #expect(findings.contains { $0.check == "partition.work" && $0.fix?.contains("--abort") == true })
            var options = MaintenanceRun.Options(at: Self.now)
            options.isDryRun = true
            let plans = try await MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                options, progress: .silent)
            #expect(plans.map(\.error?.code) == ["RSS-PARTITION-121"])
        }
    }

    @Test(arguments: [
        ("gen_random_uuid()", false), ("(md5('x'))::uuid", true), ("uuid_v7()", true),
    ])
    func `an empty uuid key whose default makes another version is refused`(text: String, isTaken: Bool) async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE FUNCTION uuid_v7() RETURNS uuid LANGUAGE sql AS 'SELECT gen_random_uuid()';
                CREATE TABLE t (id uuid NOT NULL DEFAULT \(text)) PARTITION BY RANGE (id);
                """)
            let keeper = PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: true)
            do {
                _ = try await keeper.set(ArchiveScenario.name("t"), interval: .month, defaultPremake: 3) { _ in }
                #expect(isTaken)
            } catch let error as PolicyError {
                #expect(!isTaken && error.report.code == "RSS-PARTITION-015", "\(error)")
            }
        }
    }

    @Test func `a table of days created manually is maintained by the day before it has a policy`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d)")
            for day in 20...23 {
                try await connection.execute(
                    "CREATE TABLE t_x\(day) PARTITION OF t FOR VALUES FROM ('2026-11-\(day)') TO ('2026-11-\(day + 1)')"
                )
            }
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(kept.errors.isEmpty && kept.done == (24...27).map { "create t_2026_11_\($0)" }, "\(kept)")
            let set = try await PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: true).set(
                ArchiveScenario.name("t"), interval: nil, defaultPremake: 3
            ) { _ in }
            #expect(set.policy?.interval == .day)
        }
    }

    @Test func `three quarters merged are named after the first and the last`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
                CREATE TABLE events_2025_q1 PARTITION OF events FOR VALUES FROM ('2025-01-01') TO ('2025-04-01');
                CREATE TABLE events_2025_q2 PARTITION OF events FOR VALUES FROM ('2025-04-01') TO ('2025-07-01');
                CREATE TABLE events_2025_q3 PARTITION OF events FOR VALUES FROM ('2025-07-01') TO ('2025-10-01');
                INSERT INTO events SELECT g, date '2025-01-01' + g FROM generate_series(0, 272) g;
                """)
            let names = ["events_2025_q1", "events_2025_q2", "events_2025_q3"].map(ReshapeScenario.relation)
            let outcome = try await ReshapeScenario.reshape(connection).merge(
                names, ReshapeScenario.options(), progress: .silent)
            #expect(outcome.parts.map(\.name) == ["events_2025_q1_to_2025_q3"])
            #expect(try await connection.value("SELECT count(*) FROM events_2025_q1_to_2025_q3") == "273")
        }
    }
}
