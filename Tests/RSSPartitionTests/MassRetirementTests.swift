import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// A retention that would retire much of a table at once: by a wrong clock, or a typing error.
@Suite struct MassRetirementTests {
    private static let now = (try? Date("2026-11-30T01:00:00Z", strategy: .iso8601)) ?? Date()

    private func plan(_ partitions: Int, _ expired: Int) -> MaintenancePlan {
        let names = (0..<partitions).map { RelationName(schema: "public", name: "t_\($0)") }
        let table = PartitionedTable(
            oid: 1, schema: "public", name: "t", key: PartitionKey(column: "d", kind: .date),
            partitions: names.map {
                Partition(
                    oid: 0, schema: "public", name: $0.name, bound: Partition.Bound(lower: nil, upper: nil),
                    definition: "", isDetachPending: false, isPartitioned: false, isForeign: false, estimatedRows: nil,
                    bytes: 0)
            })
        return MaintenancePlan(
            policy: PartitionPolicy(table: table.relation, column: "d"), table: table, at: Self.now, now: 0,
            operations: [], expired: Array(names.prefix(expired)))
    }

    @Test(arguments: [
        (15, 14, true), (15, 4, true), (15, 3, false), (8, 2, false), (8, 3, true), (4, 1, false), (3, 1, false),
        (2, 1, false), (6, 2, true), (100, 25, false), (100, 26, true), (15, 0, false),
    ])
    func `more than a quarter stops, and a single partition never does`(partitions: Int, expired: Int, stops: Bool) {
        let plan = plan(partitions, expired)
        #expect((plan.massRetirement(allowing: nil) != nil) == stops)
        #expect(plan.massRetirement(allowing: expired) == nil)
        if stops { #expect(plan.massRetirement(allowing: expired - 1) != nil) }
    }

    /// 15 months with rows, of which all but the last are older than a policy of two months has it.
    private func make(_ connection: PostgresConnection, retention: String = "2 months") async throws {
        try await connection.executeScript(
            """
            CREATE TABLE live (id int, d date NOT NULL) PARTITION BY RANGE (d);
            DO $$ BEGIN FOR m IN 0..14 LOOP
                EXECUTE format('CREATE TABLE live_%s PARTITION OF live FOR VALUES FROM (%L) TO (%L)', m,
                    date '2025-07-01' + m * interval '1 month', date '2025-08-01' + m * interval '1 month');
            END LOOP; END $$;
            INSERT INTO live SELECT g, date '2025-07-01' + g % 450 FROM generate_series(1, 1000) g;
            """)
        var policy = PartitionPolicy(table: ArchiveScenario.name("live"), column: "d", premake: 1)
        policy.retention = PartitionRetention(retention)
        policy.quarantineDays = 0
        try await PolicyStore(connection).set(policy, runID: UUID().uuidString)
    }

    private func maintain(_ connection: PostgresConnection, allowing allowed: Int?) async throws -> RetireScenario.Kept
    {
        try await RetireScenario.maintain(connection, "live", at: Self.now, allowing: allowed)
    }

    private func rows(_ connection: PostgresConnection) async throws -> String? {
        try await connection.value("SELECT count(*) FROM live")
    }

    @Test func `retention of more than a quarter retires nothing, run after run, and new rows have a partition`()
        async throws
    {
        try await withConnection { connection in
            try await make(connection)
            let maintenance = PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let policy = try #require(try await PolicyStore(connection).policy(of: ArchiveScenario.name("live")))
            let error = try #require(
                try await maintenance.plan(policy, at: Self.now).massRetirement(allowing: nil)
            ).report
            #expect(error.code == "RSS-PARTITION-110" && error.exit == .failed)
            #expect(
                error.message.contains("14 of 15") && error.detail?.contains("public.live_0, public.live_1,") == true)
            #expect(error.hint?.contains("rssctl partition maintain public.live --allow-mass-retire 14") == true)
            for (round, allowed) in [nil, 1, 13].enumerated() {
                let stopped = try await maintain(connection, allowing: allowed)
                #expect(stopped.errors == ["RSS-PARTITION-110"])
                #expect(stopped.done == (round == 0 ? ["create live_2026_11"] : []))
                #expect(try await rows(connection) == "1000")
            }
            let done = try await maintain(connection, allowing: 14)
            #expect(done.errors.isEmpty && done.done.count { $0.hasPrefix("detach") } == 14)
        }
    }

    @Test func `a saved plan is stopped like any other run`() async throws {
        try await withConnection { connection in
            try await make(connection)
            var options = MaintenanceRun.Options(at: Self.now)
            options.tables = [ArchiveScenario.name("live")]
            options.isDryRun = true
            let run = MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            let planned = try await run.run(options, progress: .silent)
            #expect(planned.map(\.error?.code) == ["RSS-PARTITION-110"] && planned.allSatisfy(\.isStopped))
            options.saved = SavedMaintenancePlan(planned.compactMap(\.plan), at: Self.now)
            options.isDryRun = false
            let results = try await run.run(options, progress: .silent)
            #expect(results.map(\.error?.code) == ["RSS-PARTITION-110"])
            #expect(try await rows(connection) == "1000")
        }
    }

    @Test func `a saved plan of a time in the server's future is refused`() async throws {
        try await withConnection { connection in
            try await make(connection, retention: "120 months")
            var options = MaintenanceRun.Options(at: Self.now)
            options.saved = SavedMaintenancePlan([], at: Self.now.addingTimeInterval(60))
            let run = MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            await #expect(throws: MaintenanceError.planAhead) { try await run.run(options, progress: .silent) }
        }
    }

    @Test func `partitions that are named are retired, however many`() async throws {
        try await withConnection { connection in
            try await make(connection, retention: "120 months")
            let names = (0..<8).map { ArchiveScenario.name("live_\($0)") }
            _ = try await RetireScenario.run(connection).retire(names, quarantineDays: 1, isDryRun: false)
            #expect(
                try await connection.value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'live'::regclass") == "7"
            )
        }
    }

    @Test func `check reports that maintain stops`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let surveys = try await PartitionSurveyor(connection).survey(
                [ArchiveScenario.name("live")], defaultPremake: 3, at: Self.now)
            let findings = try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
                .filter { $0.check == "partition.retired" }
            #expect(findings.map(\.severity) == [.critical])
            #expect(findings.first?.fix?.contains("--allow-mass-retire 14") == true)
        }
    }

    @Test func `what is covered is read from the catalog once the run is over`() async throws {
        try await withConnection { connection in
            try await make(connection, retention: "120 months")
            var options = MaintenanceRun.Options(at: Self.now)
            options.tables = [ArchiveScenario.name("live")]
            let run = MaintenanceRun(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
            // Creating partitions fails: the months that the plan wanted are not there.
            try await connection.executeScript(
                """
                CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
                CREATE EVENT TRIGGER refuse ON ddl_command_start WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse();
                """)
            let failed = try await run.run(options, progress: .silent)
            #expect(failed[0].plan?.coveredUntil != nil && failed[0].coveredUntil == nil)
            try await connection.execute("DROP EVENT TRIGGER refuse")
            let done = try await run.run(options, progress: .silent)
            #expect(done[0].coveredUntil == done[0].plan?.coveredUntil && done[0].coveredUntil != nil)
        }
    }
}
