import Foundation
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSPartition

/// What is refused, or fails, is reported, and leaves nothing half done.
@Suite struct PartitionRefusalTests {
    private func make(_ connection: PostgresConnection) async throws {
        try await connection.executeScript(
            """
            CREATE TABLE y (d date NOT NULL, id int NOT NULL) PARTITION BY RANGE (d);
            CREATE TABLE y_1 PARTITION OF y FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TABLE y_2 PARTITION OF y FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
            INSERT INTO y SELECT date '2026-01-01' + g % 59, g % 50 FROM generate_series(1, 200) g;
            """)
    }

    private func index(_ connection: PostgresConnection, dryRun: Bool = false) -> PartitionIndexRun {
        PartitionIndexRun(
            connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .seconds(5)),
            runID: UUID().uuidString, isDryRun: dryRun)
    }

    @Test func `another index of the same name is not mistaken for the one wanted`() async throws {
        try await withConnection { connection in
            try await make(connection)
            _ = try await index(connection).create("CREATE INDEX y_i ON y (id)", progress: .silent)
            for (sql, isDryRun) in [
                ("CREATE UNIQUE INDEX y_i ON y (id, d)", false), ("CREATE INDEX y_i ON y (id DESC)", true),
            ] {
                await #expect {
                    try await index(connection, dryRun: isDryRun).create(sql, progress: .silent)
                } throws: { error in
                    guard
                        case PartitionIndexError.differs("public.y_i", let found, let wanted)? =
                            error as? PartitionIndexError
                    else { return false }
                    return found == "USING btree (id)" && wanted != found
                }
            }
            let again = try await index(connection).create("CREATE INDEX y_i ON y (id)", progress: .silent)
            #expect(again.steps.allSatisfy { $0.state == .ok })
        }
    }

    @Test func `a unique index that cannot be built is reported with how to drop it, also by check and maintain`()
        async throws
    {
        try await withConnection { connection in
            try await make(connection)
            try await connection.execute("INSERT INTO y VALUES ('2026-01-05', 7), ('2026-01-05', 7)")
            await #expect {
                try await index(connection).create("CREATE UNIQUE INDEX y_u ON y (d, id)", progress: .silent)
            } throws: { error in
                guard case PartitionIndexError.duplicates("public.y_u", _, _)? = error as? PartitionIndexError else {
                    return false
                }
                return true
            }
            let surveys = try await PartitionSurveyor(connection).survey(
                [ArchiveScenario.name("y")], defaultPremake: 3, at: Date())
            let findings = try await PartitionInspector(connection).inspect(surveys, deep: false).flatMap(\.findings)
            let missing = try #require(findings.first { $0.check == "partition.index_missing" })
            #expect(missing.fix?.contains("rssctl partition index drop public.y_u") == true)
            let kept = try await RetireScenario.maintain(connection, "y")
            #expect(kept.errors == ["RSS-PARTITION-107"])
            _ = try await index(connection).drop(RelationName(schema: "public", name: "y_u"), progress: .silent)
            #expect(try await RetireScenario.maintain(connection, "y").errors.isEmpty)
        }
    }

    @Test func `a retire that fails lets the partition be written to again`() async throws {
        try await withDatabase { options in
            let connection = try await PostgresConnection.connect(options)
            try await make(connection)
            // Beside a default partition it is detached in a transaction whose locks are tried for no longer than the budget.
            try await connection.execute("CREATE TABLE y_default PARTITION OF y DEFAULT")
            let reader = try await PostgresConnection.connect(options)
            let warnings = Mutex<[String]>([])
            let run = RetirementRun(
                connection, lockPolicy: LockPolicy(timeout: .milliseconds(50), budget: .milliseconds(300)),
                runID: UUID().uuidString,
                progress: ProgressReporter { event in
                    if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
                })
            // After the write block a session prevents the detach, and ends before the detach times out,
            // or stays.
            for stays in [false, true] {
                await #expect(throws: (any Error).self) {
                    try await FaultPoint.$handler.withValue({ name in
                        guard name == "retire.validated" else { return }
                        if !stays { throw CancellationError() }
                        try await reader.execute("BEGIN")
                        try await reader.query("SELECT count(*) FROM y_1")
                    }) {
                        _ = try await run.retire(
                            [ArchiveScenario.name("y_1")], quarantineDays: 1, isDryRun: false)
                    }
                }
                if stays {
                    #expect(
                        warnings.withLock { $0 } == [
                            "public.y_1 still refuses writes; rssctl partition undo public.y_1 lifts that."
                        ])
                    try await reader.execute("COMMIT")
                    _ = try await run.undo(ArchiveScenario.name("y_1"), isDryRun: false)
                }
                try await connection.execute("INSERT INTO y VALUES ('2026-01-06', 1)")
                let state = try await connection.value("SELECT string_agg(state, ',') FROM rssctl.partition_retired")
                #expect(state == (stays ? "attached,attached" : "attached"))
                #expect(
                    try await connection.value("SELECT count(*) FROM pg_constraint WHERE conname LIKE 'rssctl%'") == "0"
                )
            }
            await connection.close()
            await reader.close()
        }
    }

    @Test func `a plan of a drop shows what it locks`() async throws {
        try await withConnection(migrated: true) { connection in
            try await RetireScenario.visits(connection)
            try await RetireScenario.keep(connection)
            _ = try await RetireScenario.maintain(connection)
            let plan = try await PartitionMaintenance(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString)
                .plan(
                    try #require(try await PolicyStore(connection).policy(of: PartitionPolicy.visitReports.table)),
                    at: Date().addingTimeInterval(60))
            let drop = try #require(plan.operations.first { $0.kind == .drop })
            #expect(drop.locks.contains { $0.relation == drop.object.quoted && $0.mode == "ACCESS EXCLUSIVE" })
            #expect(drop.locks.contains { $0.relation == "public.users" })
        }
    }

    @Test func `columns that need no registry are refused before a conversion is begun`() async throws {
        try await withConnection { connection in
            try await connection.execute("CREATE TABLE t (id bigint, v int, PRIMARY KEY (id, v))")
            let request = ConversionRequest(
                table: ArchiveScenario.name("t"), column: "id", interval: .step(1000), globalUnique: ["id", "v"])
            await #expect {
                try await Conversion(connection, lockPolicy: LockPolicy(), runID: UUID().uuidString).run(
                    request, at: Date(), progress: .silent)
            } throws: { error in
                guard case ConversionError.unsuitableRequest(_, _, let hint)? = error as? ConversionError else {
                    return false
                }
                return hint.hasSuffix("--global-unique v")
            }
            #expect(try await connection.value("SELECT to_regclass('rssctl.partition_work')::text") == nil)
        }
    }
}
