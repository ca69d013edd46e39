import Foundation
import Journal
import PostgresClient
import RSSCore
import RedisClient
import TestSupport
import Testing

/// The servers are killed while the binary is in the middle of sending them data.
@Suite(.serialized) struct KilledInTransferTests {
    @Test func `PostgreSQL killed in the COPY of an import ends with 69, and nothing of the file is loaded`()
        async throws
    {
        try await withSandbox { servers, binary in
            try await prepare(binary)
            let folder = "\(FileManager.default.temporaryDirectory.path)/import-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            try inventory(rows: 400).write(toFile: "\(folder)/big.csv", atomically: true, encoding: .utf8)
            let admin = try await servers.connect()
            let command = ["bulk", "import", "hardware", "\(folder)/big.csv", "--visit", "latest"]
            let run = try binary.start(command)
            let copy = try #require(try await HeldCopy.of("bulk-import", admin))
            try await kill(servers, copy, run, binary, "bulk import")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["big.csv"])
            await admin.close()

            let up = try await binary.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)")
            let after = try await servers.connect()
            #expect(try await count("hardware_inventory WHERE serial_number LIKE 'KILLED-%'", after) == 0)
            #expect(try await count("rssctl.operation WHERE operation = 'bulk.import'", after) == 0)
            let again = try await binary.run(command)
            #expect(again.status == 0, "\(again.errors)")
            #expect(try await count("hardware_inventory WHERE serial_number LIKE 'KILLED-%'", after) == 400)
            await after.close()
        }
    }

    @Test func `PostgreSQL killed in the COPY of a seed ends with 69, and a seed after a reset is whole`() async throws
    {
        try await withSandbox { servers, binary in
            let migrated = try await binary.run("migrate")
            #expect(migrated.status == 0, "\(migrated.errors)")
            let admin = try await servers.connect()
            let indexes = try await count("pg_index", admin)
            let run = try binary.start(["sandbox", "seed", "--visits", "200000"])
            let copy = try #require(try await HeldCopy.of("sandbox-seed", admin))
            try await kill(servers, copy, run, binary, "sandbox seed")
            await admin.close()

            let up = try await binary.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)")
            // What was seeded so far is incomplete, and its indexes are gone: only a reset helps.
            let refused = try await binary.run("sandbox", "seed", "--visits", "100")
            #expect(refused.status == 1 && refused.errors.contains("RSS-SEED-002"), "\(refused.errors)")
            let reset = try await binary.run("sandbox", "reset", "--yes")
            #expect(reset.status == 0, "\(reset.errors)")
            let migratedAgain = try await binary.run("migrate")
            #expect(migratedAgain.status == 0, "\(migratedAgain.errors)")
            let after = try await servers.connect()
            #expect(try await count("pg_index", after) == indexes)
            let seeded = try await binary.run("sandbox", "seed", "--visits", "100")
            #expect(seeded.status == 0, "\(seeded.errors)")
            #expect(try await count("visit_reports", after) == 100)
            await after.close()
        }
    }

    @Test func `Redis killed in the pipeline of a warming ends with 69, and the next warming is whole`() async throws {
        try await withSandbox { servers, binary in
            try await prepare(binary)
            let admin = try await servers.connect()
            let redis = try await RedisConnection.connect(servers.redis)
            // The warmer takes its lock in Redis first; there it waits until Redis takes no more writes.
            try await admin.execute("BEGIN")
            try await admin.execute("LOCK TABLE visit_reports IN ACCESS EXCLUSIVE MODE")
            let run = try binary.start(["cache", "warm"])
            let waits = try await eventually {
                try await admin.query(
                    """
                    SELECT 1 FROM pg_locks JOIN pg_stat_activity USING (pid)
                    WHERE NOT granted AND application_name LIKE 'rssctl/cache-warm#%'
                    """
                ).count == 1
            }
            #expect(waits)
            try await redis.send(["CLIENT", "PAUSE", "60000", "WRITE"])
            try await admin.execute("ROLLBACK")
            let hangs = try await eventually {
                let clients = try await redis.send(["CLIENT", "LIST"]).string ?? ""
                return clients.split(separator: "\n").contains {
                    $0.contains(" name=rssctl/cache-warm#") && $0.contains(" flags=b") && $0.contains(" cmd=eval ")
                }
            }
            #expect(hangs)
            let killed = ContinuousClock.now
            try servers.killRedis()
            try await expectFailure(run, since: killed, binary, "cache warm")
            await redis.close()
            await admin.close()

            let up = try await binary.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)")
            let again = try await binary.run("cache", "warm", "--output", "json")
            #expect(again.status == 0, "\(again.errors)")
        }
    }

    private func prepare(_ binary: Binary) async throws {
        for command in [["migrate"], ["sandbox", "seed", "--visits", "100"], ["partition", "maintain"]] {
            let result = try await binary.run(command)
            #expect(result.status == 0, "\(result.errors)")
        }
    }

    /// Kills PostgreSQL with a process of it stopped in a COPY, and checks how the run ends.
    private func kill(
        _ servers: SandboxState, _ copy: HeldCopy, _ run: Binary.Running, _ binary: Binary, _ command: String
    ) async throws {
        let killed = ContinuousClock.now
        try servers.killPostgres()
        copy.end()
        try await expectFailure(run, since: killed, binary, command)
    }

    private func expectFailure(
        _ run: Binary.Running, since killed: ContinuousClock.Instant, _ binary: Binary, _ command: String
    ) async throws {
        let result = try await run.result()
        #expect(killed.duration(to: .now) < patience)
        #expect(result.status == 69, "\(result.errors)")
        #expect(result.errors.contains("hint:") && !result.errors.contains("Fatal error"), "\(result.errors)")
        let journal = try Journal(path: "\(try #require(binary.environment["RSSCTL_STATE"]))/journal.sqlite")
        let recorded = try #require(try journal.runs().first { $0.command == command })
        #expect(recorded.outcome == .failed && recorded.exitCode == 69 && recorded.error != nil)
    }

    private func count(_ rows: String, _ connection: PostgresConnection) async throws -> Int64? {
        try await connection.query("SELECT count(*) FROM \(rows)").first?.decode(Int64.self, at: 0)
    }

    /// Few rows of much JSON: the server is busy with each COPY for a while.
    private func inventory(rows: Int) -> String {
        let specifications = (0..<8000).map { "\($0).5" }.joined(separator: ",")
        return (0..<rows).reduce(into: "category,device_name,serial_number,specifications\n") {
            $0 += "Monitor,monitor-\($1),KILLED-\($1),\"{\"\"lines\"\":[\(specifications)]}\"\n"
        }
    }
}
