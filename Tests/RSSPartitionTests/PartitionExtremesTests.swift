import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Numbers, dates and durations at the ends of their types.
@Suite struct PartitionExtremesTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()
    private static let table = ArchiveScenario.name("t")

    private func keeper(_ connection: PostgresConnection) -> PolicyKeeper {
        PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: false)
    }

    private func drain(_ connection: PostgresConnection, all: Bool = false) async throws -> ReshapeOutcome {
        var options = Reshape.Options(at: Self.now)
        options.takesAll = all
        return try await Reshape(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).drain(
            Self.table, options, progress: .silent)
    }

    private func bounds(_ connection: PostgresConnection) async throws -> [String] {
        let table = try await PartitionCatalog(connection).table(Self.table)
        return table.partitions.map { $0.bound.map(table.label) ?? "DEFAULT" }
    }

    @Test func `cells beyond the axis end with it`() {
        for interval in PartitionInterval.ofTime + [.step(10)] {
            let grid = PartitionGrid(interval)
            for point in [Int64.min, -1, 0, 1_795_000_000_000_000, Int64.max] {
                for cells in [Int.min, -Int.max, -99_999_999_999_999, 99_999_999_999_999, Int.max] {
                    let start = grid.start(of: point, adding: cells)
                    #expect(cells < 0 ? start <= point : start >= point || start == .max)
                }
            }
        }
    }

    @Test func `a policy of such lengths is refused, and one that is stored already does no harm`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (d timestamptz NOT NULL) PARTITION BY RANGE (d)")
            for text in ["99999999999999 days", "9223372036854775807 years", "10001 years"] {
                await #expect {
                    try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 3) {
                        $0.retention = PartitionRetention(text)
                    }
                } throws: { error in
                    guard case PolicyError.retention? = error as? PolicyError else { return false }
                    return true
                }
            }
            await #expect(throws: PolicyError.quarantine("public.t", days: 2_147_483_647)) {
                try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 3) {
                    $0.quarantineDays = 2_147_483_647
                }
            }
            _ = try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 3) {
                $0.retention = PartitionRetention("10000 years")
            }
            for zone in ["UTC", "Europe/Berlin"] {
                try await connection.query(
                    "UPDATE rssctl.partition_policy SET retention = '9223372036854775807 days', quarantine_days = 2147483647, time_zone = $1",
                    [zone])
                #expect(try await RetireScenario.maintain(connection, "t", at: Self.now).errors.isEmpty)
                let surveys = try await PartitionSurveyor(connection).survey(
                    [Self.table], defaultPremake: 3, at: Self.now)
                #expect(surveys[0].plan != nil && surveys[0].misfit == nil)
            }
            _ = try await RetireScenario.run(connection).retire(
                [ArchiveScenario.name("t_2026_11")], quarantineDays: nil, isDryRun: false)
            #expect(
                try await connection.value(
                    "SELECT drop_after > now() + interval '99 years' FROM rssctl.partition_retired") == "t")
        }
    }

    @Test(arguments: [
        ("smallint", 32_767, 10_000), ("integer", 2_147_483_647, 1_000_000), ("bigint", Int.max, 1_000_000),
    ])
    func `numbers near the end of their type have a partition, up to the last`(
        type: String, last: Int, step: Int
    ) async throws {
        try await withConnection { connection in
            let first = last / step * step
            try await connection.executeScript(
                """
                CREATE TABLE t (id \(type) NOT NULL PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE t_0 PARTITION OF t FOR VALUES FROM (\(first - step)) TO (\(first));
                CREATE TABLE t_default PARTITION OF t DEFAULT;
                INSERT INTO t VALUES (\(first - 1));
                """)
            _ = try await keeper(connection).set(Self.table, interval: .step(Int64(step)), defaultPremake: 3) { _ in }
            let kept = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(kept.errors.isEmpty && kept.done.count == 1, "\(kept)")
            #expect(try await bounds(connection).contains("\(first) … MAXVALUE"))
            try await connection.execute("INSERT INTO t VALUES (\(last))")
            #expect(try await connection.value("SELECT count(*) FROM t_default") == "0")
            let again = try await RetireScenario.maintain(connection, "t", at: Self.now)
            #expect(again.errors.isEmpty && again.done.isEmpty)
        }
    }

    @Test func `a drain includes the last numbers of a type`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (id int NOT NULL PRIMARY KEY) PARTITION BY RANGE (id);
                CREATE TABLE t_default PARTITION OF t DEFAULT;
                INSERT INTO t VALUES (2147483646), (2147483647), (-2147483648);
                """)
            _ = try await keeper(connection).set(Self.table, interval: .step(1_000_000), defaultPremake: 1) { _ in }
            _ = try await drain(connection, all: true)
            #expect(
                try await bounds(connection) == [
                    "MINVALUE … -2147000000", "2147000000 … MAXVALUE", "DEFAULT",
                ])
            #expect(try await connection.value("SELECT count(*) FROM t_default") == "0")
        }
    }

    @Test func `a conversion without room after its numbers is refused with what to do`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2147483600)")
            for until in [nil, "2147483700"] as [String?] {
                let request = ConversionRequest(
                    table: Self.table, column: "id", interval: .step(1_000_000), until: until)
                await #expect {
                    _ = try await Conversion(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                        request, at: Self.now, progress: .silent)
                } throws: { error in
                    guard case ConversionError.unsuitableRequest(_, let problem, _)? = error as? ConversionError else {
                        return false
                    }
                    return problem.contains("at most 2147483647")
                }
            }
        }
    }

    @Test(arguments: [
        ("date", "5874897-12-31"), ("timestamp", "294276-12-31 23:59:59"), ("timestamptz", "294276-12-31 12:00:00+00"),
    ])
    func `one row beyond the axis stays in the default partition, and does not keep others there`(
        type: String, far: String
    ) async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (id int NOT NULL, d \(type) NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE t_default PARTITION OF t DEFAULT;
                INSERT INTO t VALUES (1, '2026-11-20'), (2, '\(far)');
                """)
            _ = try await keeper(connection).set(Self.table, interval: .month, defaultPremake: 1) { _ in }
            let outcome = try await drain(connection, all: true)
            #expect(outcome.leftWithoutKey == 1)
            #expect(try await connection.value("SELECT string_agg(id::text, ',') FROM t_default") == "2")
            let surveys = try await PartitionSurveyor(connection).survey([Self.table], defaultPremake: 3, at: Self.now)
            let findings = try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
            let rows = findings.first { $0.check == "partition.default_rows" }
            #expect(rows?.fix == "Check them: SELECT * FROM public.t_default")
        }
    }

    @Test func `a conversion names the row that is far off`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                "CREATE TABLE t (id int, d timestamp NOT NULL); INSERT INTO t VALUES (1, '2026-11-20'), (2, '294276-12-31')"
            )
            await #expect {
                _ = try await Conversion(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                    ConversionRequest(table: Self.table, column: "d"), at: Self.now, progress: .silent)
            } throws: { error in
                guard case ConversionError.rowsFarAhead(_, _, let rows)? = error as? ConversionError else {
                    return false
                }
                return rows == ["294276-12-31 00:00:00"]
            }
        }
    }
}
