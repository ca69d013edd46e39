import Foundation
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// The servers are killed under the binary; they are a sandbox of this suite's own.
@Suite(.serialized) struct ServerLostTests {
    @Test func `PostgreSQL killed during a statement ends with 69, and the journal says so`() async throws {
        try await withSandbox { servers, binary in
            let migrated = try await binary.run("migrate")
            #expect(migrated.status == 0, "\(migrated.errors)")
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("slow-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let shipped = try FileManager.default.contentsOfDirectory(
                atPath: "\(Self.root)/Sources/RSSMigrate/SQL/Migrations")
            for name in shipped where name.hasPrefix("V") && !name.hasSuffix(".down.sql") {
                try FileManager.default.copyItem(
                    atPath: "\(Self.root)/Sources/RSSMigrate/SQL/Migrations/\(name)", toPath: "\(folder)/\(name)")
            }
            try "SELECT pg_sleep(60);".write(toFile: "\(folder)/V0900__slow.sql", atomically: true, encoding: .utf8)
            let run = try binary.start(["migrate", "--directory", folder])
            let admin = try await servers.connect()
            let began = try await eventually {
                try await admin.query(
                    "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep(60)%' AND state = 'active'"
                ).count == 1
            }
            #expect(began)
            let killed = ContinuousClock.now
            try servers.killPostgres()
            let result = try await run.result()
            #expect(result.status == 69, "\(result.errors)")
            #expect(killed.duration(to: .now) < patience)
            let shown = try await binary.run("runs", "list", "--outcome", "failed")
            #expect(shown.output.contains("migrate up") && shown.output.contains("69"))
            let up = try await binary.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)")
            await admin.close()
        }
    }

    @Test func `Redis gone ends with 69 and a hint`() async throws {
        try await withSandbox { servers, binary in
            let migrated = try await binary.run("migrate")
            #expect(migrated.status == 0)
            try servers.killRedis()
            let warm = try await binary.run("cache", "warm")
            #expect(warm.status == 69 && warm.errors.contains("rssctl doctor"), "\(warm.errors)")
            let doctor = try await binary.run("doctor")
            #expect(doctor.status == 2 && doctor.output.contains("Redis"))
        }
    }

    @Test func `up after a kill of Redis waits until the new one answers`() async throws {
        try await withSandbox { servers, binary in
            // A server that takes its time to listen, beside the socket that the killed one left.
            let folder = "\(servers.folder)/slow"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
            let redis = try #require(
                path.split(separator: ":").map { "\($0)/redis-server" }.first {
                    FileManager.default.isExecutableFile(atPath: $0)
                })
            let script = "#!/bin/sh\n(sleep 1; exec \(redis) \"$@\") &\n"
            #expect(
                FileManager.default.createFile(
                    atPath: "\(folder)/redis-server", contents: Data(script.utf8),
                    attributes: [.posixPermissions: 0o755]))
            try servers.killRedis()
            var slow = binary
            slow.environment["PATH"] = "\(folder):\(path)"
            let up = try await slow.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)\(up.output)")
        }
    }

    @Test func `up is idempotent, down keeps the data, destroy leaves nothing`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let up = try await binary.run("sandbox", "up")
            #expect(up.status == 0, "\(up.errors)")
            let again = try await binary.run("sandbox", "up")
            #expect(again.status == 0 && again.output == up.output)
            _ = try await binary.run("migrate")
            let down = try await binary.run("sandbox", "down")
            #expect(down.status == 0)
            let status = try await binary.run("sandbox", "status")
            #expect(status.status == 3)
            _ = try await binary.run("sandbox", "up")
            let migrations = try await binary.run("migrate", "status")
            #expect(migrations.status == 0)
            let refused = try await binary.run("sandbox", "destroy")
            #expect(refused.status == 64)
            let destroyed = try await binary.run("sandbox", "destroy", "--yes")
            #expect(destroyed.status == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(state)/sandbox"))
        }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path
}
