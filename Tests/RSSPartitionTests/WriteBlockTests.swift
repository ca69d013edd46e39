import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// A partition in use whose writes are refused for a run that has ended: killed, or interrupted by the server's restart.
@Suite struct WriteBlockTests {
    private static let now = (try? Date("2026-11-30T01:00:00Z", strategy: .iso8601)) ?? Date()
    private static let table = ArchiveScenario.name("w")

    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE w (id int, d date NOT NULL) PARTITION BY RANGE (d);
            CREATE TABLE w_1 PARTITION OF w FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
            CREATE TABLE w_2 PARTITION OF w FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
            """)
        let policy = PartitionPolicy(table: Self.table, column: "d", premake: 1)
        try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
    }

    /// What an archive of 0.1.0 left that was killed.
    private func block(_ connection: PostgresConnection) async throws {
        for statement in try await WriteBlock(partition: ArchiveScenario.name("w_1")).raising(connection) {
            try await connection.execute(statement)
        }
    }

    private func findings(_ connection: PostgresConnection) async throws -> [Finding] {
        let surveys = try await PartitionSurveyor(connection).survey([Self.table], defaultPremake: 3, at: Self.now)
        return try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
            .filter { $0.check == "partition.write_block" }
    }

    private func operations(_ connection: PostgresConnection) async throws -> [String] {
        let policy = try #require(try await PolicyStore(connection).policy(of: Self.table))
        return try await MaintenancePlanner(connection: connection).plan(policy, at: Self.now).operations
            .map { "\($0.kind.rawValue) \($0.object.name)" }
    }

    @Test func `a block without a run is critical, and maintain lifts it`() async throws {
        try await withConnection { connection in
            try await make(connection)
            #expect(try await findings(connection).isEmpty)
            try await block(connection)
            let found = try await findings(connection)
            #expect(found.map(\.severity) == [.critical] && found.map(\.object) == ["public.w_1"])
            #expect(found.first?.fix == "rssctl partition maintain public.w")
            #expect(try await operations(connection) == ["lift write block w_1"])
            let kept = try await RetireScenario.maintain(connection, "w", at: Self.now)
            #expect(kept.done == ["lift write block w_1"] && kept.errors.isEmpty)
            try await connection.execute("INSERT INTO w VALUES (1, '2026-11-05')")
            #expect(try await findings(connection).isEmpty)
        }
    }

    @Test func `a block whose run is at work is not a finding`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            let other = try await PostgresConnection.connect(options)
            try await make(connection)
            try await block(connection)
            try await other.acquire(.partitions(of: Self.table))
            #expect(try await findings(connection).isEmpty)
            #expect(try await operations(connection).isEmpty)
            await other.close()
            let isGone = try await eventually { try await !findings(connection).isEmpty }
            #expect(isGone)
            await connection.close()
        }
    }

    @Test func `what was reattached outside rssctl accepts writes again after maintain`() async throws {
        try await withConnection { connection in
            try await make(connection)
            _ = try await RetireScenario.run(connection).retire(
                [ArchiveScenario.name("w_2")], quarantineDays: 7, isDryRun: false)
            try await connection.execute(
                "ALTER TABLE w ATTACH PARTITION w_2 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')")
            #expect(try await findings(connection).map(\.severity) == [.critical])
            let kept = try await RetireScenario.maintain(connection, "w", at: Self.now)
            #expect(kept.done == ["lift write block w_2"] && kept.errors.isEmpty)
            try await connection.execute("INSERT INTO w VALUES (1, '2026-12-05')")
            #expect(
                try await connection.value("SELECT string_agg(state, ',') FROM rssctl.partition_retired") == "attached")
        }
    }

    @Test func `a retirement that was interrupted before its detach is critical, and finished`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let record = """
                INSERT INTO rssctl.partition_retired (schema_name, table_name, partition_schema, partition_name, partition_oid,
                    definition, lower_bound, upper_bound, state, drop_after, run_id)
                SELECT 'public', 'w', 'public', 'w_1', 'w_1'::regclass::oid::bigint, '', '2026-11-01', '2026-12-01', 'detaching',
                       now() + interval '7 days', gen_random_uuid()
                """
            try await connection.execute(record)
            let table = try await PartitionCatalog(connection).table(Self.table)
            for statement in try await DetachStatements(
                partition: table.partitions[0], table: table, connection: connection
            ).beginning { try await connection.execute(statement) }
            #expect(try await findings(connection).map(\.severity) == [.critical])
            let kept = try await RetireScenario.maintain(connection, "w", at: Self.now)
            #expect(kept.done.contains("detach w_1") && kept.errors.isEmpty, "\(kept)")
        }
    }

    @Test func `a constraint left on the default partition is critical, and lifted`() async throws {
        try await withConnection { connection in
            try await make(connection)
            try await connection.executeScript(
                """
                CREATE TABLE w_def PARTITION OF w DEFAULT;
                ALTER TABLE w_def ADD CONSTRAINT rssctl_guard CHECK (d < '2026-01-01') NOT VALID;
                """)
            let found = try await findings(connection)
            #expect(found.map(\.severity) == [.critical] && found.map(\.object) == ["public.w_def"])
            let kept = try await RetireScenario.maintain(connection, "w", at: Self.now)
            #expect(kept.done == ["lift write block w_def"] && kept.errors.isEmpty)
            try await connection.execute("INSERT INTO w VALUES (1, '2027-11-05')")
            #expect(try await findings(connection).isEmpty)
        }
    }
}
