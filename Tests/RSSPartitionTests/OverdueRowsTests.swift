import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// Rows past retention that no run retires are reported.
@Suite struct OverdueRowsTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()
    private static let table = ArchiveScenario.name("t")

    private func policy(_ retention: String = "24 months") -> PartitionPolicy {
        PartitionPolicy(table: Self.table, column: "d", retention: PartitionRetention(retention))
    }

    private func overdue(_ connection: PostgresConnection, _ policy: PartitionPolicy) async throws -> [OverdueRows] {
        try await MaintenancePlanner(connection: connection).plan(policy, at: Self.now).overdue
    }

    private func report(_ connection: PostgresConnection) async throws -> CheckReport? {
        let overview = try await PartitionSurveyor(connection).overview(
            [Self.table], defaultPremake: 3, at: Self.now)
        return try await PartitionInspector(connection).inspect(overview, deep: false).flatMap(\.reports)
            .first { $0.check == "partition.overdue" }
    }

    @Test func `a partition that reaches back beyond the retention is reported with its old rows and the command`()
        async throws
    {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (id int, d date NOT NULL, PRIMARY KEY (id, d)) PARTITION BY RANGE (d);
                CREATE TABLE t_legacy PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2027-01-01');
                INSERT INTO t SELECT n, date '2026-11-24' - n FROM generate_series(0, 2499) n;
                """)
            let found = try await overdue(connection, policy())
            // 2024-11-24 is 730 days before now: what is older than it is past retention.
            #expect(found.map(\.rows) == [1769] && found.map(\.isExact) == [true])
            #expect(found.first?.reason == .isLong)
            #expect(found.first?.remedy == "rssctl partition split public.t_legacy --into month")
            _ = try await PolicyStore(connection).set(policy(), runID: UUID().uuidString)
            guard case .findings(let findings)? = try await report(connection)?.outcome else {
                Issue.record("no finding")
                return
            }
            #expect(findings.map(\.severity) == [.warning] && findings.map(\.measured) == [1769])
            #expect(findings.first?.fix == found.first?.remedy)
            #expect(try await overdue(connection, policy("8 years")).isEmpty)
        }
    }

    @Test func `the partition that holds the cutoff is not a finding while it begins with its cell`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE t_2024_11 PARTITION OF t FOR VALUES FROM ('2024-11-01') TO ('2024-12-01');
                CREATE TABLE t_2024_10 PARTITION OF t FOR VALUES FROM ('2024-10-01') TO ('2024-11-01');
                INSERT INTO t VALUES ('2024-11-02'), ('2024-10-02');
                """)
            #expect(try await overdue(connection, policy()).isEmpty)
        }
    }

    @Test func `partitions that retention never retires, and a default one, are reported as well`() async throws {
        try await withConnection { connection in
            try await connection.executeScript(
                """
                CREATE TABLE t (d date NOT NULL, r text) PARTITION BY RANGE (d);
                CREATE TABLE t_2020 PARTITION OF t FOR VALUES FROM ('2020-01-01') TO ('2021-01-01') PARTITION BY LIST (r);
                CREATE TABLE t_2020_x PARTITION OF t_2020 DEFAULT;
                CREATE TABLE t_default PARTITION OF t DEFAULT;
                INSERT INTO t SELECT '2020-05-05', 'x' FROM generate_series(1, 1000);
                INSERT INTO t SELECT '2019-05-05', 'x' FROM generate_series(1, 7);
                INSERT INTO t VALUES ('2026-05-05', 'x');
                ANALYZE t;
                """)
            let found = try await overdue(connection, policy())
            #expect(found.map(\.reason) == [.isUnaccountable, .isDefault])
            #expect(found.map(\.rows) == [1000, 7])
            #expect(found.map(\.remedy)[0].contains("DETACH PARTITION"))
            #expect(found.map(\.remedy)[1] == "rssctl partition drain public.t --all")
            let outcome = try await PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: true).set(
                Self.table, interval: .month, defaultPremake: 3
            ) { $0.retention = PartitionRetention("24 months") }
            #expect(outcome.notes.contains { $0.contains("partitioned themselves: new partitions are not") })
            #expect(
                outcome.notes.contains { $0.hasPrefix("7 rows of public.t_default are past retention and will stay") })
        }
    }

    @Test func `a role that may not read the rows is blind, and the missing right is named`() async throws {
        try await withDatabase { options in
            let admin = try await PostgresConnection.connect(options)
            let role = "watcher_\(UUID().uuidString.prefix(8).lowercased())"
            try await admin.executeScript(
                """
                CREATE TABLE t (d date NOT NULL) PARTITION BY RANGE (d);
                CREATE TABLE t_legacy PARTITION OF t FOR VALUES FROM (MINVALUE) TO ('2027-01-01');
                INSERT INTO t VALUES ('2020-01-01');
                CREATE ROLE \(role);
                """)
            _ = try await PolicyStore(admin).set(policy(), runID: UUID().uuidString)
            try await admin.executeScript(
                """
                GRANT USAGE ON SCHEMA rssctl TO \(role); GRANT SELECT ON ALL TABLES IN SCHEMA rssctl TO \(role);
                SET ROLE \(role)
                """)
            let outcome = try await report(admin)?.outcome
            guard case .blind(_, let hint)? = outcome else {
                Issue.record("not blind: \(String(describing: outcome))")
                return
            }
            #expect(hint?.contains("GRANT SELECT ON public.t_legacy") == true)
            try await admin.executeScript("RESET ROLE; DROP OWNED BY \(role); DROP ROLE \(role)")
            await admin.close()
        }
    }
}
