import Foundation
import Glibc
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// The same crontab on both nodes of a pair: a standby that is promoted in the end.
@Suite struct StandbyTests {
    private static let readers: [[String]] = [
        ["migrate", "status"], ["migrate", "plan"], ["migrate", "lint"], ["migrate", "verify"], ["migrate", "drift"],
        ["migrate", "--dry-run"], ["partition", "status"], ["partition", "plan"], ["report", "query"],
        ["bulk", "history"], ["bulk", "export", "hardware", "--visit", "latest"], ["cache", "warm"],
    ]

    private static let writers: [[String]] = [
        ["migrate"], ["partition", "maintain", "--quiet"],
        ["partition", "policy", "set", "visit_reports", "--premake", "4"],
        ["migrate", "verify", "--round-trip"], ["bulk", "mapping", "save", "x", "hardware", "A=device_name"],
        ["setup", "roles", "--for", "reader"],
    ]

    /// Runs pg_ctl as the owner of the server's folder.
    private static func control(_ servers: SandboxState, _ words: String) async throws {
        let program =
            PostgresPrograms.folders.map { "\($0)/pg_ctl" }.first { FileManager.default.isExecutableFile(atPath: $0) }
            ?? "pg_ctl"
        let line = """
            d='\(servers.folder)/postgres'
            as=; [ "$(id -u)" != 0 ] || as="setpriv --reuid=$(stat -c %u "$d") --regid=$(stat -c %g "$d") --clear-groups"
            \(words.replacing("PG_CTL", with: "$as \(program) -D \"$d\" -w -l '\(servers.folder)/postgres.log'"))
            """
        let status = try await shell(line, ["LC_ALL": "C.UTF-8"])
        #expect(status == 0, "\(words)")
    }

    @Test func `readers work on a standby, writers end with 75 and one line, and all work after the promotion`()
        async throws
    {
        try await withSandbox { servers, binary in
            for words in [["migrate"], ["sandbox", "seed", "--visits", "200"], ["partition", "maintain"]] {
                let made = try await binary.run(words)
                #expect(made.status == 0, "\(words): \(made.errors)")
            }
            let primary = try await servers.connect()
            try await primary.execute("ALTER SYSTEM SET wal_level = 'replica'")
            await primary.close()
            // The level of the log must be in the log before a standby reads it.
            try await Self.control(servers, "PG_CTL -m fast restart && PG_CTL -m fast stop")
            try await Self.control(servers, "$as touch \"$d/standby.signal\"")
            try await Self.control(
                servers, "PG_CTL -o '-p \(servers.postgresPort) -k \(servers.socketFolder)' start")
            for words in Self.readers {
                let read = try await binary.run(words)
                #expect(read.status == 0, "\(words): \(read.status) \(read.errors)")
            }
            let analyzed = try await binary.run("analyze", "performance")
            #expect([0, 2].contains(analyzed.status), "\(analyzed.errors)")
            for words in Self.writers {
                let refused = try await binary.run(words)
                #expect(refused.status == 75, "\(words): \(refused.status) \(refused.errors)")
                let lines = refused.errors.split(separator: "\n").filter { $0.hasPrefix("error: ") }
                #expect(lines.count == 1 && lines[0].contains("the server is a standby"), "\(words): \(refused.errors)")
                #expect(refused.errors.contains("RSS-PG-025"))
            }
            try await Self.control(servers, "PG_CTL promote")
            for words in [["migrate"], ["partition", "maintain", "--quiet"], ["cache", "warm"]] {
                let done = try await binary.run(words)
                #expect(done.status == 0, "\(words): \(done.errors)")
            }
        }
    }
}
