import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// A failure of one table is reported, and stops no other.
@Suite struct PartitionNeighbourTests {
    private static let now = (try? Date("2026-11-24T12:00:00Z", strategy: .iso8601)) ?? Date()
    private static let good = ArchiveScenario.name("good")
    private static let bad = ArchiveScenario.name("bad")

    private func keeper(_ connection: PostgresConnection) -> PolicyKeeper {
        PolicyKeeper(connection, runID: UUID().uuidString, isDryRun: false)
    }

    /// Two tables with policies.
    private func make(_ connection: PostgresConnection) async throws {
        for table in [Self.good, Self.bad] {
            try await connection.execute(
                "CREATE TABLE \(table.name) (id int, d date NOT NULL) PARTITION BY RANGE (d)")
            _ = try await keeper(connection).set(table, interval: .month, defaultPremake: 3) { _ in }
        }
    }

    private func maintain(_ connection: PostgresConnection) async throws -> [TableMaintenance] {
        try await MaintenanceRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(2)),
            runID: UUID().uuidString
        ).run(MaintenanceRun.Options(at: Self.now), progress: .silent)
    }

    private func check(_ connection: PostgresConnection) async throws -> [PartitionInspection] {
        let overview = try await PartitionSurveyor(connection).overview([], defaultPremake: 3, at: Self.now)
        return try await PartitionInspector(connection).inspect(overview, deep: false)
    }

    private func findings(_ check: String, _ inspections: [PartitionInspection]) -> [Finding] {
        inspections.flatMap(\.findings).filter { $0.check == "partition.\(check)" }
    }

    @Test func `a policy that cannot be read stops no other table, and can be set again or removed`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let spoil = "UPDATE rssctl.partition_policy SET partition_interval = 'bogus' WHERE table_name = 'bad'"
            try await connection.execute(spoil)
            let results = try await maintain(connection)
            #expect(results.first { $0.table == Self.bad }?.error?.code == "RSS-PARTITION-006")
            #expect(results.first { $0.table == Self.good }?.outcomes.allSatisfy { $0.error == nil } == true)
            #expect(try await connection.value("SELECT count(*) FROM pg_inherits") == "4")
            let unreadable = findings("policy", try await check(connection))
            #expect(unreadable.map(\.object) == ["public.bad"] && unreadable[0].severity == .critical)
            let document = PolicyDocument([
                try #require(try await PolicyStore(connection).policy(of: Self.good))
            ])
            #expect(try await keeper(connection).keep(document, prunes: false).map(\.state) == [.ok])
            _ = try await keeper(connection).set(Self.bad, interval: .month, defaultPremake: 3) { _ in }
            #expect(try await PolicyStore(connection).policies().count == 2)
            try await connection.execute(spoil)
            #expect(try await keeper(connection).remove([Self.bad]).map(\.state) == [.done])
            #expect(try await PolicyStore(connection).policies().map(\.table) == [Self.good])
        }
    }

    @Test func `a policy whose table was dropped is a finding with a fix, and the others are checked`() async throws {
        try await withConnection { connection in
            try await make(connection)
            let document = PolicyDocument(try await PolicyStore(connection).policies())
            try await connection.execute("DROP TABLE bad")
            let results = try await maintain(connection)
            #expect(results.first { $0.table == Self.bad }?.error?.code == "RSS-PARTITION-030")
            #expect(results.first { $0.table == Self.good }?.error == nil)
            let inspections = try await check(connection)
            let lost = findings("policy", inspections)
            #expect(lost.map(\.fix) == ["rssctl partition policy remove public.bad"])
            #expect(inspections.contains { $0.survey?.table.relation == Self.good })
            let imported = try await keeper(connection).keep(document, prunes: false)
            #expect(imported.first { $0.table == Self.bad }?.error?.code == "RSS-PARTITION-030")
            #expect(imported.first { $0.table == Self.good }?.state == .ok)
            // One that is not stored yet is refused as a whole, as before.
            _ = try await keeper(connection).remove([Self.bad])
            await #expect(throws: PartitionError.self) {
                try await keeper(connection).keep(document, prunes: false)
            }
        }
    }

    @Test func `a table that another session has locked is blind, and is not waited for`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(
                """
                CREATE TABLE good (id int NOT NULL) PARTITION BY RANGE (id);
                CREATE TABLE bad (id int NOT NULL) PARTITION BY RANGE (id);
                CREATE TABLE bad_1 PARTITION OF bad FOR VALUES FROM (0) TO (1000);
                CREATE TABLE bad_default PARTITION OF bad DEFAULT;
                """)
            for table in [Self.good, Self.bad] {
                _ = try await keeper(connection).set(table, interval: .step(1000), defaultPremake: 1) { _ in }
            }
            let holder = try await PostgresConnection.connect(options)
            try await holder.executeScript("BEGIN; LOCK TABLE bad IN ACCESS EXCLUSIVE MODE")
            var looking = options
            looking.session.lockTimeout = .milliseconds(100)
            let reader = try await PostgresConnection.connect(looking)
            let inspections = try await check(reader)
            let blind = inspections.filter { $0.table == Self.bad }.flatMap(\.reports).filter {
                if case .blind = $0.outcome { true } else { false }
            }
            #expect(blind.contains { $0.check == "partition.policy" })
            #expect(inspections.contains { $0.survey?.table.relation == Self.good })
            await holder.close()
            await reader.close()
            await connection.close()
        }
    }

    @Test func `a retired partition dropped or reattached outside rssctl is reported once, then closed`()
        async throws
    {
        try await withConnection { connection in
            try await make(connection)
            _ = try await maintain(connection)
            let name = ArchiveScenario.name("good_2026_11")
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let archive = try await ArchiveScenario.archiver(connection).archive(
                    name, to: folder, progress: .silent
                ).folder
                _ = try await RetireScenario.run(connection).retire([name], quarantineDays: 1, isDryRun: false)
                try await connection.execute("DROP TABLE good_2026_11")
                #expect(findings("retired", try await check(connection)).count == 1)
                _ = try await PartitionRestore(
                    connection, lockPolicy: LockPolicy(), runID: UUID().uuidString, progress: .silent
                ).restore(archive, into: nil, isDryRun: false)
                #expect(findings("retired", try await check(connection)).isEmpty)
                // And without a restore, maintenance closes the record, as the finding says.
                _ = try await RetireScenario.run(connection).retire([name], quarantineDays: 1, isDryRun: false)
                try await connection.execute("DROP TABLE good_2026_11")
                _ = try await maintain(connection)
                #expect(findings("retired", try await check(connection)).isEmpty)
                // Attached manually, it still refuses writes.
                let other = ArchiveScenario.name("good_2026_12")
                _ = try await RetireScenario.run(connection).retire([other], quarantineDays: 0, isDryRun: false)
                try await connection.execute(
                    "ALTER TABLE good ATTACH PARTITION good_2026_12 FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')")
                let attached = findings("retired", try await check(connection))
                #expect(attached.map(\.fix) == ["rssctl partition undo public.good_2026_12"])
                _ = try await RetireScenario.run(connection).undo(other, isDryRun: false)
                #expect(findings("retired", try await check(connection)).isEmpty)
                try await connection.execute("INSERT INTO good VALUES (1, '2026-12-05')")
            }
        }
    }

    @Test func `a retired partition whose table was dropped is reported with what to do`() async throws {
        try await withConnection { connection in
            try await make(connection)
            _ = try await maintain(connection)
            _ = try await RetireScenario.run(connection).retire(
                [ArchiveScenario.name("bad_2026_11")], quarantineDays: 1, isDryRun: false)
            #expect(findings("orphan", try await check(connection)).isEmpty)
            try await connection.execute("DROP TABLE bad")
            let orphans = findings("orphan", try await check(connection))
            #expect(orphans.map(\.object) == ["public.bad_2026_11"])
            for statement in [
                "DROP TRIGGER rssctl_write_block ON public.bad_2026_11",
                "DROP TRIGGER rssctl_truncate_block ON public.bad_2026_11",
            ] {
                #expect(orphans.first?.fix?.contains(statement) == true)
                try await connection.execute(statement)
            }
            #expect(findings("orphan", try await check(connection)).isEmpty)
        }
    }

    @Test func `no more partitions are missing than are wanted`() async throws {
        try await withConnection { connection in
            try await make(connection)
            // Two halves of one month are beside the existing partitions.
            try await connection.execute(
                "CREATE TABLE good_x PARTITION OF good FOR VALUES FROM ('2026-12-10') TO ('2026-12-20')")
            let runway = findings("runway", try await check(connection)).first { $0.object == "public.good" }
            #expect(runway?.detail.hasPrefix("No partition holds") == true)
            try await connection.execute(
                "CREATE TABLE good_y PARTITION OF good FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')")
            let ahead = findings("runway", try await check(connection)).first { $0.object == "public.good" }
            #expect(ahead?.detail.hasPrefix("3 of 3 partitions ahead are missing") == true)
        }
    }
}
