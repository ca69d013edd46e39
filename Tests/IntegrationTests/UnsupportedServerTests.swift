import Foundation
import Glibc
import RSSCore
import TestSupport
import Testing

/// A server below 14, whose programs `RSSCTL_TEST_OLD_SERVER` names; `make test-versions` unpacks one.
@Suite(.enabled(if: ProcessInfo.processInfo.environment["RSSCTL_TEST_OLD_SERVER"] != nil))
struct UnsupportedServerTests {
    @Test func `every verb refuses it before anything is done, and doctor names it`() async throws {
        let programs = try #require(ProcessInfo.processInfo.environment["RSSCTL_TEST_OLD_SERVER"])
        try await withState { state in
            let folder = "\(state)/old"
            let port = Int.random(in: 20_000...30_000)
            // PostgreSQL refuses to run as root.
            let asServer = geteuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
            func run(_ line: String) async throws -> Int32? { try await shell(line, [:]) }
            #expect(
                try await run(
                    """
                    mkdir \(folder) && { [ -z '\(asServer)' ] || chown postgres \(folder); } &&
                    \(asServer) \(programs)/initdb -D \(folder)/data -U postgres -A trust &&
                    \(asServer) \(programs)/pg_ctl -D \(folder)/data -w -l \(folder)/log -o '-p \(port) -k \(folder)' start
                    """) == 0)
            let binary = Binary(
                state: state, environment: ["RSSCTL_DATABASE_URL": "postgresql://postgres@127.0.0.1:\(port)/postgres"])
            for words in [
                ["migrate"], ["migrate", "status"], ["migrate", "lint"], ["migrate", "dump"],
                ["partition", "maintain"],
                ["partition", "status"], ["analyze", "performance"], ["report", "query"], ["bulk", "history"],
            ] {
                let refused = try await binary.run(words)
                #expect(refused.status == 78, "\(words): \(refused.errors)")
                #expect(refused.errors.hasPrefix("error: the server is PostgreSQL 13"), "\(words): \(refused.errors)")
                #expect(refused.errors.contains("RSS-PG-024"))
            }
            let doctor = try await binary.run("doctor")
            #expect(doctor.status == 2 && doctor.output.contains("rssctl needs PostgreSQL 14 or later"))
            let untouched = try await run(
                "psql -h 127.0.0.1 -p \(port) -U postgres -Atc \"SELECT to_regnamespace('rssctl') IS NULL\" | grep -qx t"
            )
            #expect(untouched == 0)
            _ = try await run("\(asServer) \(programs)/pg_ctl -D \(folder)/data -m immediate stop")
        }
    }
}
