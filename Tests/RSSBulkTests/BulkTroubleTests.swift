import Foundation
import Glibc
import PostgresClient
import RSSModel
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

/// Imports in many small batches, with failures.
@Suite struct BulkTroubleTests {
    private struct Killed: Error {}

    /// New rows copied directly, rows that differ, rows that are the same, and rows without a key, in batches of all kinds.
    private static let text =
        BulkScenario.rows(1000..<1900) + (900..<1000).map { "Laptop,changed,S\($0),\n" }.joined()
        + (1...150).map { "Monitor,m\($0 % 70),,\n" }.joined()
        + (1900..<2300).map { "Laptop,d\($0),S\($0),\n" }.joined()

    private static let small = ImportLoad.BatchSize(
        directBytes: 1 << 20, directRows: 100, stagedRows: 100, chunkRows: 100)

    @discardableResult
    private func load(
        _ scenario: BulkScenario, _ path: String, on session: PostgresConnection? = nil
    ) async throws -> BulkImporter.Outcome {
        try await scenario.load(path, on: session, batches: Self.small)
    }

    /// What the table has when all went well: nothing twice, nothing missing.
    private func expectAll(_ scenario: BulkScenario, _ comment: Comment) async throws {
        let count = "SELECT count(*) || ' ' || count(DISTINCT serial_number) FROM hardware_inventory"
        #expect(try await scenario.texts(count) == ["1550 1400"], comment)
        #expect(try await scenario.number("SELECT sum(inserted)::bigint FROM rssctl.bulk_batch") == 1550, comment)
    }

    /// Interrupts an import at one point after the other, resumes it, and undoes it.
    private func breaking(
        everyOther step: Int, _ harm: @escaping @Sendable (BulkScenario, _ point: Int) async throws -> Void
    ) async throws {
        let points = try await points()
        #expect(points > 30)
        try await concurrently(stride(from: 1, through: points, by: step)) { point in
            try await BulkScenario.run { scenario in
                try await scenario.load(try scenario.file(BulkScenario.rows(900..<1000), "first.csv"))
                let before = try await scenario.content()
                let path = try scenario.file(Self.text)
                let session = try await PostgresConnection.connect(scenario.options)
                let count = Counter()
                do {
                    try await FaultPoint.$handler.withValue({ _ in
                        if await count.increase() == point { try await harm(scenario, point) }
                    }) { _ = try await load(scenario, path, on: session) }
                } catch is Killed {
                } catch is PostgresError {
                } catch is ImportError {}
                await session.close()
                let outcome = try await load(scenario, path)
                try await expectAll(scenario, "point \(point)")
                // The broken one may have finished already, and another one after it found nothing to do.
                let runs =
                    "SELECT run_id::text FROM rssctl.bulk_run WHERE file_name NOT LIKE '%first.csv' ORDER BY started_at DESC"
                for run in try await scenario.texts(runs) { try await scenario.undo(run) }
                #expect(try await scenario.content() == before, "point \(point): \(outcome.numbers)")
            }
        }
    }

    /// How many points an import passes.
    private func points() async throws -> Int {
        let count = Counter()
        try await BulkScenario.run { scenario in
            try await scenario.load(try scenario.file(BulkScenario.rows(900..<1000), "first.csv"))
            let path = try scenario.file(Self.text)
            try await FaultPoint.$handler.withValue({ _ in await count.increase() }) {
                _ = try await load(scenario, path)
            }
            try await expectAll(scenario, "undisturbed")
        }
        return await count.value
    }

    @Test func `an import that ends at any of its many points is resumed, and undone, to the row`()
        async throws
    {
        try await breaking(everyOther: 1) { _, _ in throw Killed() }
    }

    @Test func `each of its sessions may be lost at any point`() async throws {
        try await breaking(everyOther: 5) { scenario, point in
            // The run's own, the one that writes beside it, and the one that looks up.
            let admin = try await PostgresConnection.connect(scenario.options)
            try await admin.query(
                """
                SELECT pg_terminate_backend(pid, 5000) FROM (
                    SELECT pid FROM pg_stat_activity
                    WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), $1) ORDER BY backend_start OFFSET $2 LIMIT 1
                ) s
                """, [await scenario.connection.backendPID, Int64(point / 5 % 3)])
            await admin.close()
        }
    }

    @Test func `imports at once of rows that nothing in the table keeps apart leave each of them there once`()
        async throws
    {
        // Some are matched by an asset tag, on which there is no constraint, the others by all of their values.
        for header in ["category,name,tag\n", "category,name,room\n"] {
            try await BulkScenario.run { scenario in
                let text = header + (1...800).map { "Laptop,d\($0),T\($0)\n" }.joined()
                let path = try scenario.file(text)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for _ in 0..<5 {
                        group.addTask {
                            let session = try await PostgresConnection.connect(scenario.options)
                            let outcome = try await scenario.load(path, on: session, batches: Self.small)
                            await session.close()
                            return outcome.inserted
                        }
                    }
                    let inserted = try await group.reduce(0, +)
                    #expect(inserted == 800)
                }
                #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 800)
            }
        }
    }

    @Test func `where the server has no room for all of its sessions, an import uses fewer`() async throws {
        try await BulkScenario.run { scenario in
            let role = "few_\(UInt32.random(in: 0...UInt32.max))"
            try await scenario.load(try scenario.file(BulkScenario.rows(1...1), "first.csv"))
            try await scenario.connection.executeScript(
                """
                CREATE ROLE \(role) LOGIN PASSWORD 'few' CONNECTION LIMIT 2;
                GRANT ALL ON SCHEMA public, rssctl TO \(role);
                GRANT ALL ON ALL TABLES IN SCHEMA public, rssctl TO \(role);
                """)
            var options = scenario.options
            options.keywords.merge(["user": role, "password": "few"]) { $1 }
            let session = try await PostgresConnection.connect(options)
            var importing = ImportOptions(path: try scenario.file(BulkScenario.rows(1...1200)))
            importing.visit = "RSS-1"
            let file = try ImportFile(.hardware, importing)
            let outcome = try await BulkImporter(
                session, lookups: options, runID: UUID().uuidString.lowercased(), progress: .silent
            ).run(file)
            #expect(outcome.numbers == [1199, 0, 1, 0])
            await session.close()
            try await scenario.connection.executeScript("DROP OWNED BY \(role); DROP ROLE \(role)")
        }
    }
}

/// Disks that fill up; what needs a file system of its own is left out where it is not available.
extension BulkTroubleTests {
    @Test func `rejects that have no disk space end the import before the first row is loaded`() async throws {
        try await ArchiveScenario.withFileSystem("size=64k") { folder in
            try await BulkScenario.run { scenario in
                let bad = (1...4000).map { "Laptop,d\($0),S\($0),not an address\n" }.joined()
                let path = try scenario.file("category,name,serial,ip\nLaptop,good,G1,10.0.0.1\n" + bad)
                let error = await #expect(throws: ImportError.self) {
                    try await scenario.load(path) { $0.rejectsPath = "\(folder)/rejects.csv" }
                }
                #expect(error?.report.exit == .cannotWrite)
                #expect(try await scenario.number("SELECT count(*) FROM hardware_inventory") == 0)
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
            }
        }
    }

    @Test func `a disk of the server that fills up stops the import, which resumes when there is room`() async throws {
        try await BulkScenario.run { scenario in
            let data = try #require(try await scenario.connection.value("SHOW data_directory"))
            var owner = stat()
            #expect(stat(data, &owner) == 0)
            let room = "uid=\(owner.st_uid),gid=\(owner.st_gid),mode=0700"
            try await ArchiveScenario.withFileSystem("size=2m,\(room)") { folder in
                let space = "small_\(UInt32.random(in: 0...UInt32.max))"
                try await scenario.connection.execute("CREATE TABLESPACE \(space) LOCATION '\(folder)'")
                try await scenario.connection.execute("ALTER TABLE hardware_inventory SET TABLESPACE \(space)")
                let path = try scenario.file(BulkScenario.rows(1...20_000))
                let session = try await PostgresConnection.connect(scenario.options)
                let error = await #expect(throws: PostgresError.self) { try await load(scenario, path, on: session) }
                await session.close()
                #expect(error?.sqlState?.rawValue == "53100")
                let loaded = try await scenario.number("SELECT count(*) FROM hardware_inventory")
                #expect((1..<20_000).contains(loaded))
                #expect(mount("tmpfs", folder, "tmpfs", UInt(MS_REMOUNT), "size=64m,\(room)") == 0)
                #expect(try await load(scenario, path).numbers == [20_000, 0, 0, 0])
                #expect(
                    try await scenario.number("SELECT count(DISTINCT serial_number) FROM hardware_inventory") == 20_000)
                try await scenario.connection.execute("ALTER TABLE hardware_inventory SET TABLESPACE pg_default")
                try await scenario.connection.execute("DROP TABLESPACE \(space)")
            }
        }
    }
}
