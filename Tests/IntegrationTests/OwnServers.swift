import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSSetup
import RedisClient
import TestSupport
import Testing

/// Runs a test with a sandbox of its own, whose servers it may kill.
func withSandbox(
    isolation: isolated (any Actor)? = #isolation, _ body: (SandboxState, Binary) async throws -> Void
) async throws {
    try await withState { state in
        let sandbox = Sandbox(folder: "\(state)/sandbox")
        let servers = try await sandbox.up()
        do {
            try await body(servers, Binary(state: state))
        } catch {
            _ = try? await sandbox.destroy()
            throw error
        }
        _ = try? await sandbox.destroy()
    }
}

extension SandboxState {
    /// A session beside those of the binary.
    func connect() async throws -> PostgresConnection {
        try await PostgresConnection.connect(
            ConnectionOptions(
                keywords: postgresKeywords, session: SessionSettings(applicationName: "admin", searchPath: "public")))
    }

    /// Ends PostgreSQL as a crash does: no session is waited for, nothing is written.
    func killPostgres() throws { kill(try pid("postgres/postmaster.pid"), SIGQUIT) }

    /// Ends Redis at once.
    func killRedis() throws { kill(try pid("redis/redis.pid"), SIGKILL) }

    private func pid(_ path: String) throws -> Int32 {
        let text = try String(contentsOfFile: "\(folder)/\(path)", encoding: .utf8)
        return try #require(text.split(separator: "\n").first.flatMap { Int32($0) })
    }
}

/// A server process that was stopped in the middle of a COPY.
struct HeldCopy {
    let pid: pid_t

    /// Waits until a session of a command copies, and stops its server process there. A COPY that ended before the stop
    /// took effect does not count.
    static func of(_ command: String, _ admin: PostgresConnection) async throws -> HeldCopy? {
        let copying = """
            SELECT pid FROM pg_stat_progress_copy JOIN pg_stat_activity USING (pid)
            WHERE application_name LIKE 'rssctl/' || $1 || '#%' AND type = 'PIPE'
            """
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            guard let pid = try await admin.query(copying, [command]).first?.decode(Int32.self, at: 0) else { continue }
            kill(pid, SIGSTOP)
            let stopped = try await eventually { state(of: pid) == "T" }
            let still = "SELECT 1 FROM pg_stat_progress_copy WHERE pid = $1"
            if stopped, try await admin.query(still, [pid]).count == 1 { return HeldCopy(pid: pid) }
            kill(pid, SIGCONT)
        }
        return nil
    }

    /// Lets the process take up the end that the postmaster has in mind for it, before it copies another row.
    func end() {
        kill(pid, SIGQUIT)
        kill(pid, SIGCONT)
    }

    /// The letter after the name in `/proc/PID/stat`; a server process's name holds no parenthesis.
    private static func state(of pid: pid_t) -> Substring? {
        let text = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return text?.split(separator: ") ").last?.prefix(1)
    }
}
