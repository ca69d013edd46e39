import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

@Suite struct PartitionPolicyTests {
    private static let now = Date(timeIntervalSince1970: 1_795_536_000)  // 2026-11-24 16:00 UTC

    private func keeper(_ connection: PostgresConnection, dryRun: Bool = false) -> PolicyKeeper {
        PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: dryRun)
    }

    private func adopt(
        _ connection: PostgresConnection, _ table: String, zone: String? = nil, serverZone: String = "UTC",
        interval: PartitionInterval? = nil
    ) async throws -> PolicyOutcome {
        let outcomes = try await keeper(connection, dryRun: true).adopt(
            [RelationName(schema: "public", name: table)], interval: interval, timeZone: zone, serverZone: serverZone,
            defaultPremake: 3, at: Self.now)
        return try #require(outcomes.first)
    }

    private func summary(_ outcome: PolicyOutcome) -> String {
        outcome.policy.map { "\($0.interval) \($0.timeZone) \($0.premake)" } ?? "none"
    }

    // MARK: Documents

    private static let full = PartitionPolicy(
        table: RelationName(schema: "we\"ird: s", name: "ta'ble #1"), column: "da\nte", interval: .step(1_000_000),
        timeZone: "Europe/Berlin", premake: 0, retention: PartitionRetention(5_000_000, .step(1)), quarantineDays: 0,
        archive: "/srv/ä b: c", tablespace: "null",
        storageParameters: ["fillfactor=90", "toast.autovacuum_enabled=off"])

    @Test func `a document read back is what was written, in YAML and in JSON`() throws {
        let document = PolicyDocument([.visitReports, Self.full])
        #expect(try PolicyDocument(text: document.yaml, file: "x") == document)
        let json = String(decoding: try JSONEncoder().encode(document), as: UTF8.self)
        #expect(try PolicyDocument(text: json, file: "x") == document)
        let envelope = "{\"command\": \"partition policy export\", \"format\": 1, \"result\": \(json)}"
        #expect(try PolicyDocument(text: envelope, file: "x") == document)
        #expect(try PolicyDocument(text: PolicyDocument([]).yaml, file: "x").policies.isEmpty)
    }

    @Test(arguments: [
        ("format: 1\npolicies:\n- table: t\n  column: d\n  interval: month\n  premaek: 3\n", 6, "premake"),
        ("format: 1\npolicies:\n- table: t\n  column: d\n  interval: fortnight\n", 5, "interval"),
        ("format: 1\npolicies:\n- column: d\n  interval: month\n", 3, "table"),
        ("format: 2\npolicies: []\n", 1, "format"), ("format: 1\npolicy: []\n", 2, "policy"), ("[1]", 1, "mapping"),
        ("format: 1\npolicies:\n- table: t\n  column: d\n  interval: day\n  premake: -1\n", 6, "premake"),
        ("format: 1\npolicies:\n- table: t\n  column: d\n  interval: day\n  storage_parameters: x\n", 6, "list"),
        (
            "format: 1\npolicies:\n- {table: t, column: d, interval: day}\n- {table: t, column: d, interval: day}\n", 1,
            "two"
        ),
        ("format: 1\npolicies: [\n", 3, " "),
    ])
    func `a document with a mistake is refused with its line`(text: String, line: Int, word: String) throws {
        let error = #expect(throws: PolicyError.self) { try PolicyDocument(text: text, file: "p.yaml") }
        #expect(error?.report.place?.line == line && error?.report.detail?.contains(word) == true)
    }

    @Test func `a statement is shown with its values in their places`() {
        let shown = PolicyStatement(keeping: Self.full).shown
        #expect(
            shown.contains("'ta''ble #1'")
                && shown.contains("0, '/srv/ä b: c', 'null', '{fillfactor=90,toast.autovacuum_enabled=off}'"))
        #expect(shown.contains(", 0, '5000000', 0,") && !shown.contains("$"))
    }

    // MARK: Bounds

    @Test func `the interval is that of most bounds, the newer ones counting more`() throws {
        func bounds(_ points: Int64...) -> [Partition.Bound] {
            zip(points, points.dropFirst()).map { Partition.Bound(lower: $0, upper: $1) }
        }
        func cells(_ interval: PartitionInterval, from: Int64, _ count: Int) -> [Partition.Bound] {
            PartitionGrid(interval).cells(from: from, to: .max, limit: count).map {
                Partition.Bound(lower: $0.lower, upper: $0.upper)
            }
        }
        let all = Array(PartitionInterval.ofTime.reversed())
        for interval in all {
            let reading = BoundsReading(cells(interval, from: 1_700_000_000_000_000, 30), among: all)
            #expect(reading?.interval == interval && reading?.odd.isEmpty == true)
        }
        // Ten years by the year, then by the month: it continues by the month.
        let years = cells(.year, from: 1_400_000_000_000_000, 10)
        let months = cells(.month, from: years[9].upper ?? 0, 3)
        let mixed = BoundsReading(years + months, among: all)
        #expect(mixed?.interval == .month && mixed?.odd.count == 10 && mixed?.offGrid.isEmpty == true)
        // One month cut into a day and the rest.
        var cut = cells(.month, from: 1_700_000_000_000_000, 6)
        let middle = (cut[3].lower ?? 0) + 86_400_000_000
        cut.insert(Partition.Bound(lower: cut[3].lower, upper: middle), at: 3)
        cut[4].lower = middle
        #expect(BoundsReading(cut, among: all)?.interval == .month)
        // Numbers: the width of most; their divisor where no width is.
        #expect(BoundsReading(bounds(0, 1000, 2000, 3000, 6000), among: nil)?.interval == .step(1000))
        #expect(BoundsReading(bounds(0, 4000, 10000), among: nil)?.interval == .step(2000))
        #expect(BoundsReading(bounds(1, 1001, 2001), among: nil) == nil)
        #expect(BoundsReading([Partition.Bound(lower: nil, upper: 5)], among: nil) == nil)
    }

    // MARK: Adoption

    @Test func `partitions made by the seed's function are adopted, whatever their names`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE visits (id uuid, visit_date date NOT NULL, PRIMARY KEY (id, visit_date)) PARTITION BY RANGE (visit_date);
                CREATE TABLE visits_2026_9 PARTITION OF visits FOR VALUES FROM ('2026-09-01') TO ('2026-10-01');
                CREATE TABLE visits_2026_10 PARTITION OF visits FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');
                CREATE TABLE zzz PARTITION OF visits FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
                CREATE TABLE visits_partitioned_2026_12 PARTITION OF visits FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
                CREATE TABLE legacy PARTITION OF visits FOR VALUES FROM (MINVALUE) TO ('2026-09-01');
                CREATE TABLE rest PARTITION OF visits DEFAULT;
                """)
            let outcome = try await adopt(connection, "visits")
            #expect(summary(outcome) == "month UTC 1")
            #expect(
                outcome.notes.count == 2 && outcome.notes[0].contains("legacy") && outcome.notes[1].contains("rest"))
            #expect(outcome.state == .pending)
            #expect(try await PolicyStore(connection).policies().isEmpty)
        }
    }

    @Test func `weeks, quarters, days and hours are distinguished, and the zone by where days begin`() async throws {
        try await withConnection { connection in
            func make(_ table: String, _ type: String, _ zone: String, _ step: String, _ from: String) async throws {
                try await connection.execute("SET TimeZone = '\(zone)'")
                try await connection.executeScript(
                    """
                    CREATE TABLE \(table) (t \(type) NOT NULL) PARTITION BY RANGE (t);
                    DO $$ BEGIN FOR i IN 0..29 LOOP
                        EXECUTE format('CREATE TABLE \(table)_p%s PARTITION OF \(table) FOR VALUES FROM (%L) TO (%L)', i,
                            '\(from)'::\(type) + i * interval '\(step)', '\(from)'::\(type) + (i + 1) * interval '\(step)');
                    END LOOP; END $$;
                    """)
                try await connection.execute("SET TimeZone = 'UTC'")
            }
            try await make("weekly", "timestamp", "UTC", "7 days", "2026-06-01")
            try await make("quarterly", "timestamp", "UTC", "3 months", "2021-01-01")
            try await make("daily_berlin", "timestamptz", "Europe/Berlin", "1 day", "2026-10-20")
            try await make("monthly_utc", "timestamptz", "UTC", "1 month", "2025-01-01")
            try await make("hourly_berlin", "timestamptz", "Europe/Berlin", "1 hour", "2026-10-24 20:00")
            try await make("sundays", "timestamp", "UTC", "7 days", "2026-05-31")
            #expect(summary(try await adopt(connection, "weekly")) == "week UTC 4")
            #expect(summary(try await adopt(connection, "quarterly")) == "quarter UTC 6")
            #expect(summary(try await adopt(connection, "monthly_utc", serverZone: "Europe/Berlin")) == "month UTC 7")
            #expect(summary(try await adopt(connection, "hourly_berlin")) == "hour UTC 3")
            // Berlin's clocks went back within: the days have 24 and 25 hours.
            #expect(
                summary(try await adopt(connection, "daily_berlin", zone: "Europe/Berlin")) == "day Europe/Berlin 3")
            #expect(
                summary(try await adopt(connection, "daily_berlin", serverZone: "Europe/Berlin"))
                    == "day Europe/Berlin 3")
            let unknown = await #expect(throws: PolicyError.self) { try await adopt(connection, "daily_berlin") }
            #expect(unknown?.report.hint?.contains("Europe/Berlin") == true)
            let sunday = await #expect(throws: PolicyError.self) { try await adopt(connection, "sundays") }
            #expect(sunday?.report.hint?.contains("Monday") == true)
        }
    }

    @Test func `numbers are adopted by their step, UUIDs by their time, and only those of version 7`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE n (id bigint NOT NULL) PARTITION BY RANGE (id);
                CREATE TABLE n_p0 PARTITION OF n FOR VALUES FROM (0) TO (1000000);
                CREATE TABLE n_p1000000 PARTITION OF n FOR VALUES FROM (1000000) TO (2000000);
                CREATE TABLE n_p2000000 PARTITION OF n FOR VALUES FROM (2000000) TO (3000000);
                INSERT INTO n VALUES (5);
                CREATE TABLE u (id uuid PRIMARY KEY) PARTITION BY RANGE (id);
                """)
            for (lower, upper) in [(1_793_491_200_000, 1_796_083_200_000), (1_796_083_200_000, 1_798_761_600_000)] {
                func text(_ ms: Int) -> String { PartitionKey(column: "id", kind: .uuid).text(Int64(ms) * 1000) }
                try await connection.execute(
                    "CREATE TABLE u_\(lower) PARTITION OF u FOR VALUES FROM ('\(text(lower))') TO ('\(text(upper))')")
            }
            #expect(summary(try await adopt(connection, "n")) == "1000000 UTC 2")
            let empty = try await adopt(connection, "u")
            #expect(summary(empty) == "month UTC 1" && empty.notes.contains { $0.contains("empty") })
            let good =
                PartitionKey(column: "id", kind: .uuid).text(1_795_000_000_000_000).prefix(14)
                + "7abc-8000-000000000001"
            try await connection.execute("INSERT INTO u VALUES ('\(good)')")
            #expect(summary(try await adopt(connection, "u")) == "month UTC 1")
            let bad =
                PartitionKey(column: "id", kind: .uuid).text(1_795_000_000_000_000).prefix(14)
                + "4abc-8000-000000000001"
            try await connection.execute("INSERT INTO u VALUES ('\(bad)')")
            let error = await #expect(throws: PolicyError.self) { try await adopt(connection, "u") }
            #expect(error?.report.detail?.contains("Of 2 values sampled, 1 are of version 7") == true)
            try await connection.execute("TRUNCATE u")
            try await connection.execute(
                "CREATE TABLE u_end PARTITION OF u FOR VALUES FROM ('f0000000-0000-0000-0000-000000000000') TO (MAXVALUE)"
            )
            try await connection.execute("INSERT INTO u VALUES ('ffffffff-ffff-7fff-bfff-ffffffffffff')")
            let late = await #expect(throws: PolicyError.self) { try await adopt(connection, "u", interval: .month) }
            #expect(late?.report.detail?.contains("281474976710655 ms") == true)
        }
    }

    @Test func `the configuration of pg_partman is adopted, with a warning that it continues by itself`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE SCHEMA partman;
                CREATE TABLE partman.part_config (parent_table text PRIMARY KEY, control text, partition_interval text, premake int DEFAULT 4,
                    retention text, retention_keep_table boolean DEFAULT true, automatic_maintenance text DEFAULT 'on');
                CREATE TABLE ev (t timestamptz NOT NULL) PARTITION BY RANGE (t);
                CREATE TABLE ev_p20261101 PARTITION OF ev FOR VALUES FROM ('2026-11-01 00:00+00') TO ('2026-12-01 00:00+00');
                CREATE TABLE ev_p20261201 PARTITION OF ev FOR VALUES FROM ('2026-12-01 00:00+00') TO ('2027-01-01 00:00+00');
                INSERT INTO partman.part_config VALUES ('public.ev', 't', '1 mon', 6, '18 months', false);
                """)
            let outcome = try await adopt(connection, "ev")
            #expect(summary(outcome) == "month UTC 6" && outcome.policy?.retention == PartitionRetention(18, .month))
            #expect(
                outcome.notes.contains { $0.contains("UPDATE partman.part_config SET automatic_maintenance = 'off'") })
            try await connection.execute(
                "UPDATE partman.part_config SET retention = '90 days', retention_keep_table = true")
            let kept = try await adopt(connection, "ev")
            #expect(kept.policy?.retention == nil && kept.notes.contains { $0.contains("--retention '90 days'") })
        }
    }

    @Test func `all tables are adopted that can be, and the others are reported`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                CREATE TABLE odd (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE odd_1 PARTITION OF odd FOR VALUES FROM ('2026-01-03') TO ('2026-02-17');
                CREATE TABLE by_list (x int) PARTITION BY LIST (x);
                """)
            let outcomes = try await keeper(connection).adopt(
                [], interval: nil, timeZone: nil, serverZone: "UTC", defaultPremake: 3, at: Date())
            let states = Dictionary(uniqueKeysWithValues: outcomes.map { ($0.table.name, $0.state) })
            #expect(states == ["visit_reports": .done, "odd": .failed, "by_list": .failed])
            #expect(try await PolicyStore(connection).policies().map(\.table.name) == ["visit_reports"])
            let again = try await keeper(connection).adopt(
                [PartitionPolicy.visitReports.table], interval: nil, timeZone: nil, serverZone: "UTC",
                defaultPremake: 3, at: Date())
            #expect(again.first?.state == .skipped)
        }
    }

    // MARK: Setting

    @Test func `only what is given changes, and a second time nothing does`() async throws {
        try await withConnection(migrated: true) { connection in
            let table = PartitionPolicy.visitReports.table
            let first = try await keeper(connection).set(table, interval: nil, defaultPremake: 3) {
                $0.retention = PartitionRetention(24, .month)
                $0.storageParameters = ["fillfactor=90", "toast.autovacuum_enabled=off"]
            }
            #expect(first.state == .done)
            let second = try await keeper(connection).set(table, interval: nil, defaultPremake: 9) { $0.premake = 6 }
            #expect(second.changes == [PolicyOutcome.Change(member: "premake", from: "3", to: "6")])
            let third = try await keeper(connection).set(table, interval: nil, defaultPremake: 9) { $0.premake = 6 }
            #expect(third.state == .ok && third.statement == nil)
            let policy = try await PolicyStore(connection).policy(of: table)
            #expect(policy?.retention == PartitionRetention(24, .month) && policy?.storageParameters.count == 2)
            let removed = try await keeper(connection).remove([table])
            #expect(removed.first?.state == .done)
            #expect(try await keeper(connection).remove([table]).first?.state == .skipped)
            // What is shown by a dry run is what psql takes.
            try await connection.execute(first.statement ?? "")
            #expect(try await PolicyStore(connection).policy(of: table)?.retention == PartitionRetention(24, .month))
        }
    }

    /// A change that is refused, with the code.
    struct Refusal: Sendable, CustomStringConvertible {
        let code: String
        let change: @Sendable (inout PartitionPolicy) -> Void
        var description: String { code }

        init(_ code: String, _ change: @escaping @Sendable (inout PartitionPolicy) -> Void) {
            self.code = code
            self.change = change
        }
    }

    @Test(arguments: [
        Refusal("RSS-PARTITION-012") { $0.timeZone = "Europe/Berlim" },
        Refusal("RSS-PARTITION-012") { $0.timeZone = "Berlin5" },
        Refusal("RSS-PARTITION-013") { $0.tablespace = "nowhere" },
        Refusal("RSS-PARTITION-014") { $0.storageParameters = ["fillfactor=9"] },
        Refusal("RSS-PARTITION-014") { $0.storageParameters = ["fillfactor=90) AS SELECT 1 --"] },
        Refusal("RSS-PARTITION-014") { $0.storageParameters = ["fill_factor=90"] },
        Refusal("RSS-PARTITION-018") { $0.retention = PartitionRetention(3, .day) },
        Refusal("RSS-PARTITION-019") { $0.archive = "srv/archive" },
        Refusal("RSS-PARTITION-011") { $0.premake = 1001 },
        Refusal("RSS-PARTITION-007") { $0.interval = .hour },
        Refusal("RSS-PARTITION-007") { $0.interval = .step(10) },
        Refusal("RSS-PARTITION-007") { $0.retention = PartitionRetention(10, .step(1)) },
    ])
    func `what cannot be applied is refused`(refusal: Refusal) async throws {
        try await withConnection(migrated: true) { connection in
            do {
                _ = try await keeper(connection).set(
                    PartitionPolicy.visitReports.table, interval: nil, defaultPremake: 3, refusal.change)
                Issue.record("\(refusal.code) was not refused")
            } catch let error as any ReportableError {
                #expect(error.report.code == refusal.code)
            }
            #expect(try await PolicyStore(connection).policies().isEmpty)
            #expect(try await connection.value("SELECT to_regclass('pg_temp.rssctl_probe')") == nil)
        }
    }

    @Test func `a document is stored as a whole or not at all, and can remove others`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.execute("CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d)")
            let t = PartitionPolicy(table: RelationName(schema: "public", name: "t"), column: "d", interval: .day)
            var wrong = PartitionPolicy.visitReports
            wrong.column = "created_at"
            await #expect(throws: PartitionError.self) {
                try await keeper(connection).keep(PolicyDocument([t, wrong]), prunes: false)
            }
            #expect(try await PolicyStore(connection).policies().isEmpty)
            _ = try await keeper(connection).keep(PolicyDocument([t, .visitReports]), prunes: false)
            let kept = try await PolicyStore(connection).policies()
            #expect(PolicyDocument(kept) == PolicyDocument([t, .visitReports]))
            let dry = try await keeper(connection, dryRun: true).keep(PolicyDocument([t]), prunes: true)
            #expect(dry.map(\.state) == [.ok, .pending])
            _ = try await keeper(connection).keep(PolicyDocument([t]), prunes: true)
            #expect(try await PolicyStore(connection).policies() == [t])
        }
    }
}
