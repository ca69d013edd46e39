import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Integer keys that count seconds, milliseconds or microseconds since 1970 are maintained by the clock.
@Suite struct EpochKeyTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()
    private static let table = ArchiveScenario.name("t")
    /// The first instants of November and December 2026 in Berlin, in seconds.
    private static let (november, december): (Int64, Int64) = (1_793_487_600, 1_796_079_600)

    private func keeper(_ connection: PostgresConnection, isDryRun: Bool = false) -> PolicyKeeper {
        PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: isDryRun)
    }

    private func reports(_ connection: PostgresConnection) async throws -> [CheckReport] {
        let overview = try await PartitionSurveyor(connection).overview([Self.table], defaultPremake: 3, at: Self.now)
        return try await PartitionInspector(connection).inspect(overview, deep: false).flatMap(\.reports)
    }

    private func findings(_ check: String, _ connection: PostgresConnection) async throws -> [Finding] {
        try await reports(connection).flatMap { report in
            if report.check == "partition.\(check)", case .findings(let found) = report.outcome {
                found
            } else {
                [Finding]()
            }
        }
    }

    @Test(arguments: EpochUnit.allCases)
    func `months of a zone are made around the clock's now, in the unit, and rows of now have one`(
        unit: EpochUnit
    ) async throws {
        try await withConnection { connection in
            let factor = 1_000_000 / unit.length
            try await connection.execute("CREATE TABLE t (ts bigint NOT NULL PRIMARY KEY) PARTITION BY RANGE (ts)")
            _ = try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 1) {
                $0.epoch = unit
                $0.timeZone = "Europe/Berlin"
            }
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(kept.errors.isEmpty && kept.done == ["create t_2026_11", "create t_2026_12"], "\(kept)")
            let bounds = try await PartitionCatalog(connection).table(Self.table).partitions.map(\.bound)
            #expect(bounds[0] == Partition.Bound(lower: Self.november * factor, upper: Self.december * factor))
            let now = Int64(Self.now.timeIntervalSince1970) * factor
            try await connection.execute("INSERT INTO t VALUES (\(now))")
            #expect(try await connection.value("SELECT tableoid::regclass::text FROM t") == "t_2026_11")
            let survey = try #require(
                try await PartitionSurveyor(connection).survey([Self.table], defaultPremake: 3, at: Self.now).first)
            #expect(survey.table.key.label(Self.november * factor) == "2026-10-31 23:00+00")
            let days = try #require(survey.runwaySeconds) / 86_400
            #expect((37...38).contains(days), "\(days)")
        }
    }

    @Test func `retention in months retires what is older by the clock, however old the newest row is`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts);
                CREATE TABLE t_2024_09 PARTITION OF t FOR VALUES FROM (1725148800) TO (1727740800);
                CREATE TABLE t_2024_12 PARTITION OF t FOR VALUES FROM (1733011200) TO (1735689600);
                CREATE TABLE t_2025_01 PARTITION OF t FOR VALUES FROM (1735689600) TO (1738368000);
                CREATE TABLE t_2025_02 PARTITION OF t FOR VALUES FROM (1738368000) TO (1740787200);
                CREATE TABLE t_2025_03 PARTITION OF t FOR VALUES FROM (1740787200) TO (1743465600);
                INSERT INTO t VALUES (1725148800), (1733011200);
                """)
            _ = try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 0) {
                $0.epoch = .seconds
                $0.retention = PartitionRetention("24 months")
            }
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(kept.done.filter { $0.hasPrefix("detach") } == ["detach t_2024_09"], "\(kept)")
            #expect(kept.done.contains("create t_2026_11"))
        }
    }

    @Test func `a row of now without a partition is critical, for an epoch as for a date`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (1793491200) TO (1793577600);
                INSERT INTO t VALUES (1793491300);
                """)
            _ = try await keeper(connection).set(Self.table, interval: .day, defaultPremake: 3) { $0.epoch = .seconds }
            #expect(try await findings("runway", connection).map(\.severity) == [.critical])
        }
    }

    @Test func `numbers that are not times in the unit are refused, and the likely one is named`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts);
                CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (MINVALUE) TO (MAXVALUE);
                INSERT INTO t SELECT 1793491200000 + n FROM generate_series(1, 100) n;
                INSERT INTO t VALUES (0), (9000000000000000000);
                """)
            let error = await #expect(throws: PolicyError.self) {
                try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 3) {
                    $0.epoch = .seconds
                }
            }
            #expect(error?.report.code == "RSS-PARTITION-120" && error?.report.hint?.contains("--epoch ms") == true)
            let set = try await keeper(connection, isDryRun: true).set(
                Self.table, interval: .month, defaultPremake: 3
            ) { $0.epoch = .milliseconds }
            #expect(set.policy?.epoch == .milliseconds)
        }
    }

    @Test func `options that contradict each other are named`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts);
                CREATE TABLE d (ts date NOT NULL) PARTITION BY RANGE (ts);
                """)
            func problem(
                _ table: String, _ interval: PartitionInterval,
                _ change: @escaping (inout PartitionPolicy) -> Void = { _ in }
            ) async -> String? {
                let error = await #expect(throws: PartitionError.self) {
                    try await keeper(connection).set(
                        ArchiveScenario.name(table), interval: interval, defaultPremake: 3, change)
                }
                return error?.report.message
            }
            #expect(await problem("t", .month)?.contains("--epoch s, ms or us") == true)
            #expect(
                await problem("t", .step(86_400)) { $0.retention = PartitionRetention("24 months") }?
                    .contains("the retention 24 months needs") == true)
            #expect(await problem("t", .step(86_400)) { $0.epoch = .seconds }?.contains("month, not 86400") == true)
            #expect(await problem("d", .month) { $0.epoch = .seconds }?.contains("is for an integer") == true)
        }
    }

    @Test func `bounds are adopted by the unit that is given, or that pg_partman has`() async throws {
        try await withConnection { connection in
            let (november, december) = (Self.november * 1000, Self.december * 1000)
            try await connection.executeScript(
                """
                CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts);
                CREATE TABLE t_11 PARTITION OF t FOR VALUES FROM (\(november)) TO (\(december));
                CREATE TABLE t_12 PARTITION OF t FOR VALUES FROM (\(december)) TO (\(december + 31 * 86_400_000));
                """)
            func adopt(_ epoch: EpochUnit?) async throws -> PolicyOutcome? {
                try await keeper(connection, isDryRun: true).adopt(
                    [Self.table], interval: nil, timeZone: "Europe/Berlin", epoch: epoch, serverZone: "UTC",
                    defaultPremake: 3, at: Self.now
                ).first
            }
            let named = try await adopt(.milliseconds)?.policy
            #expect(named?.interval == .month && named?.epoch == .milliseconds && named?.premake == 1)
            let refused = await #expect(throws: PolicyError.self) { try await adopt(nil) }
            #expect(refused?.report.hint?.contains("--epoch") == true)
            try await connection.executeScript(
                """
                CREATE SCHEMA partman;
                CREATE TABLE partman.part_config (parent_table text PRIMARY KEY, premake int, epoch text, retention text,
                    retention_keep_table boolean);
                INSERT INTO partman.part_config VALUES ('public.t', 4, 'milliseconds', '18 months', false);
                """)
            let taken = try await adopt(nil)?.policy
            #expect(taken?.epoch == .milliseconds && taken?.interval == .month && taken?.premake == 4)
            #expect(taken?.retention == PartitionRetention(18, .month))
        }
    }

    @Test func `a policy with an epoch is exported, imported and stored in a database of the old format`() async throws
    {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (ts bigint NOT NULL) PARTITION BY RANGE (ts)")
            _ = try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 3) {
                $0.epoch = .microseconds
            }
            let document = PolicyDocument(try await PolicyStore(connection).policies())
            #expect(document.yaml.contains("epoch: us"))
            #expect(try PolicyDocument(text: document.yaml, file: "x") == document)
            try await connection.executeScript(
                "ALTER TABLE rssctl.partition_policy DROP COLUMN epoch; UPDATE rssctl.bookkeeping SET format = 4; UPDATE rssctl.partition_policy SET partition_interval = '1000'"
            )
            #expect(try await PolicyStore(connection).policies().map(\.epoch) == [nil])
            #expect(try await keeper(connection).keep(document, prunes: false).map(\.state) == [.done])
            #expect(try await PolicyStore(connection).policies() == document.policies)
            try await connection.executeScript(
                "ALTER TABLE rssctl.partition_policy DROP CONSTRAINT partition_policy_epoch_check; UPDATE rssctl.partition_policy SET epoch = 'ns'"
            )
            await #expect(throws: PartitionError.self) { try await PolicyStore(connection).policies() }
        }
    }

    // MARK: Numbers that are not times

    @Test(arguments: ["FROM (8999999999999999000) TO (9000000000000001000)", "FROM (20000) TO (MAXVALUE)"])
    func `one number far ahead of all others decides neither what is new nor what is retired`(
        bound: String
    ) async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id bigint NOT NULL PRIMARY KEY) PARTITION BY RANGE (id)")
            for start in stride(from: 0, to: 20_000, by: 1000) {
                try await connection.execute(
                    "CREATE TABLE t_\(start) PARTITION OF t FOR VALUES FROM (\(start)) TO (\(start + 1000))")
            }
            try await connection.executeScript(
                """
                CREATE TABLE t_mark PARTITION OF t FOR VALUES \(bound);
                INSERT INTO t SELECT generate_series(0, 19500, 100);
                INSERT INTO t VALUES (9000000000000000000);
                """)
            _ = try await keeper(connection).set(Self.table, interval: .step(1000), defaultPremake: 1) {
                $0.retention = PartitionRetention("16000")
            }
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            // 19500 - 16000 = 3500: the partitions up to 3000 go.
            #expect(kept.errors.isEmpty && kept.done.count { $0.hasPrefix("detach") } == 3, "\(kept)")
            #expect(try await connection.value("SELECT count(*) FROM t WHERE id < 20000") == "166")
            let found = try await findings("numbers", connection)
            #expect(found.map(\.object) == ["public.t_mark"] && found.map(\.severity) == [.warning])
        }
    }

    @Test func `the sequence of a key counts for what is new, and its next number is checked`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (id bigint GENERATED BY DEFAULT AS IDENTITY) PARTITION BY RANGE (id);
                CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (0) TO (1000);
                CREATE TABLE t_default PARTITION OF t DEFAULT;
                SELECT setval('t_id_seq', 1400);
                """)
            _ = try await keeper(connection).set(Self.table, interval: .step(1000), defaultPremake: 1) { _ in }
            #expect(try await findings("numbers", connection).map(\.severity) == [.warning])
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(kept.done == ["create t_1000", "create t_2000"], "\(kept)")
            #expect(try await findings("numbers", connection).isEmpty)
            try await connection.executeScript("DROP TABLE t_default; SELECT setval('t_id_seq', 2999)")
            #expect(try await findings("numbers", connection).map(\.severity) == [.critical])
        }
    }
}
