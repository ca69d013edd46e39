import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// Imports that were interrupted, and what happened before they were resumed.
@Suite struct BulkResumeTests {
    private struct Killed: Error {}

    private static let small = ImportLoad.BatchSize(directBytes: 1 << 20, directRows: 50, stagedRows: 50, chunkRows: 50)

    /// Stops an import after some of its batches.
    private func stopped(
        _ scenario: BulkScenario, _ path: String, _ change: (inout ImportOptions) -> Void = { _ in }
    ) async throws {
        let session = try await PostgresConnection.connect(scenario.options)
        let count = Counter()
        await #expect(throws: Killed.self) {
            try await FaultPoint.$handler.withValue({ point in
                if point == "bulk.batch", await count.increase() == 4 { throw Killed() }
            }) { try await scenario.load(path, on: session, batches: Self.small, change) }
        }
        await session.close()
        #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_batch") >= 2)
    }

    @Test func `what was deleted meanwhile is inserted again`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...400))
            try await stopped(scenario, path)
            try await scenario.connection.execute("DELETE FROM hardware_inventory WHERE serial_number = 'S3'")
            let outcome = try await scenario.load(path, batches: Self.small)
            #expect(outcome.inserted + outcome.unchanged == 400)
            #expect(try await scenario.number("SELECT count(DISTINCT serial_number) FROM hardware_inventory") == 400)
        }
    }

    @Test func `what was undone in part is inserted again`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...400))
            try await stopped(scenario, path)
            let run = try await scenario.texts("SELECT run_id::text FROM rssctl.bulk_run")[0]
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ if $0 == "bulk.undone" { throw Killed() } }) {
                    try await scenario.undo(run)
                }
            }
            // One batch is undone, the others are not.
            let batch = try #require(
                try await scenario.texts("SELECT max(number)::text FROM rssctl.bulk_batch")[0].flatMap { Int($0) })
            let half = Counter()
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ point in
                    if point == "bulk.undone", await half.increase() == 2 { throw Killed() }
                }) { try await scenario.undo(run) }
            }
            #expect(try await scenario.number("SELECT count(*) FROM rssctl.bulk_undo") == 1, "of \(batch)")
            try await scenario.load(path, batches: Self.small)
            #expect(try await scenario.number("SELECT count(DISTINCT serial_number) FROM hardware_inventory") == 400)
        }
    }

    @Test func `the latest report of the first run is that of all rows, or none`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...400))
            try await stopped(scenario, path) { $0.visit = "latest" }
            try await scenario.connection.execute(
                """
                INSERT INTO visit_reports (report_number, visit_date, organization_id)
                SELECT 'RSS-3', current_date + 2, id FROM organizations
                """)
            try await scenario.load(path, batches: Self.small) { $0.visit = "latest" }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 400)
            #expect(try await scenario.number("SELECT count(DISTINCT visit_report_id) FROM hardware_inventory") == 1)
        }
    }

    @Test func `a row that was wrong and is right now is loaded, by the second run at the latest`() async throws {
        try await BulkScenario.run { scenario in
            let text = BulkScenario.rows(1...400).replacing("Laptop,d7,", with: "Drone,d7,")
            let path = try scenario.file(text)
            try await stopped(scenario, path)
            try await scenario.connection.execute("INSERT INTO categories (name) VALUES ('Drone')")
            let error = await #expect(throws: ImportError.self) { try await scenario.load(path, batches: Self.small) }
            #expect(error?.report.code == "RSS-IMPORT-017")
            let outcome = try await scenario.load(path, batches: Self.small)
            #expect(outcome.numbers == [1, 0, 399, 0])
        }
    }

    @Test func `a file that is changed while it is loaded is reported, with the run`() async throws {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...400))
            let count = Counter()
            let error = await #expect(throws: ImportError.self) {
                try await FaultPoint.$handler.withValue({ point in
                    guard point == "bulk.batch", await count.increase() == 2 else { return }
                    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
                    try handle.seekToEnd()
                    try handle.write(contentsOf: Data("Laptop,more,S999,\n".utf8))
                    try handle.close()
                }) { try await scenario.load(path, batches: Self.small) }
            }
            #expect(error?.report.code == "RSS-IMPORT-026")
            let run = try #require(try await scenario.texts("SELECT run_id::text FROM rssctl.bulk_run")[0])
            #expect(error?.report.hint?.contains(run) == true)
            try await scenario.undo(run)
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 0)
        }
    }

    @Test func `six imports at once of the same rows in another order each leave each of them there once`() async throws
    {
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(1...300)))
            let paths = try (0..<6).map { number in
                try scenario.file(BulkScenario.rows((1...900).shuffled(), name: "n\(number)-"), "\(number).csv")
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for path in paths {
                    group.addTask {
                        let session = try await PostgresConnection.connect(scenario.options)
                        let outcome = try await scenario.load(path, on: session, batches: Self.small)
                        #expect(outcome.numbers.reduce(0, +) == 900)
                        #expect(outcome.rejects.rows == 0)
                        await session.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 900)
        }
    }

    @Test func `a trigger that skips a row without an error rejects no other row, and policies none`() async throws {
        try await BulkScenario.run { scenario in
            try await scenario.connection.executeScript(
                """
                CREATE FUNCTION skip() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
                CREATE TRIGGER skip BEFORE INSERT ON hardware_inventory FOR EACH ROW
                WHEN (NEW.serial_number = 'S7') EXECUTE FUNCTION skip();
                """)
            let outcome = try await scenario.load(try scenario.file(BulkScenario.rows(1...30)))
            #expect(outcome.numbers == [29, 0, 0, 1])
            #expect(outcome.rejects.kinds.first?.line == 8)
            let role = "policed_\(UInt32.random(in: 0...UInt32.max))"
            try await scenario.connection.executeScript(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'policed';
                GRANT ALL ON SCHEMA public, rssctl TO \(role);
                GRANT ALL ON ALL TABLES IN SCHEMA public, rssctl TO \(role);
                ALTER TABLE hardware_inventory ENABLE ROW LEVEL SECURITY;
                CREATE POLICY most ON hardware_inventory TO \(role) USING (true) WITH CHECK (true);
                """)
            var options = scenario.options
            options.keywords.merge(["user": role, "password": "policed"]) { $1 }
            let session = try await PostgresConnection.connect(options)
            var importing = ImportOptions(path: try scenario.file(BulkScenario.rows(31...60), "more.csv"))
            importing.visit = "RSS-1"
            let file = try ImportFile(.hardware, importing)
            let policed = BulkImporter(
                session, lookups: options, runID: UUID().uuidString.lowercased(), progress: .silent)
            let result = try await policed.run(file)
            await session.close()
            try await scenario.connection.executeScript(
                "DROP POLICY most ON hardware_inventory; DROP OWNED BY \(role); DROP ROLE \(role)")
            #expect(result.numbers == [30, 0, 0, 0])
        }
    }

    @Test func `a session that resumes a run waits for a batch that the server is still about to commit`() async throws
    {
        try await BulkScenario.run { scenario in
            let path = try scenario.file(BulkScenario.rows(1...400))
            let claim = "SELECT FROM rssctl.bulk_run FOR UPDATE NOWAIT"
            let (held, count) = (Counter(), Counter())
            let admin = try await PostgresConnection.connect(scenario.options)
            let session = try await PostgresConnection.connect(scenario.options)
            await #expect(throws: Killed.self) {
                try await FaultPoint.$handler.withValue({ point in
                    guard point == "bulk.copied" else { return }
                    do { try await admin.query(claim) } catch let error as PostgresError
                        where error.sqlState == .lockNotAvailable
                    { await held.increase() }
                    if await count.increase() == 4 { throw Killed() }
                }) { try await scenario.load(path, on: session, batches: Self.small) }
            }
            await session.close()
            #expect(await held.value >= 3)
            // As the server holds it for a process that was killed.
            try await admin.execute("BEGIN")
            try await admin.query("SELECT FROM rssctl.bulk_run FOR KEY SHARE")
            let next = Task { try await scenario.load(path, batches: Self.small) }
            let watcher = try await PostgresConnection.connect(scenario.options)
            let waits = try await eventually {
                try await watcher.query(
                    "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%bulk_run%FOR UPDATE%'"
                ).count == 1
            }
            #expect(waits)
            try await admin.execute("COMMIT")
            #expect(try await next.value.numbers == [400, 0, 0, 0])
            await watcher.close()
            await admin.close()
        }
    }
}
