import Foundation
import Glibc
import Journal
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// A folder for the state of one test, gone afterwards.
func withState<T>(isolation: isolated (any Actor)? = #isolation, _ body: (String) async throws -> T) async throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-state-\(UUID().uuidString)").path
    // Whatever the umask; the user who runs the servers for root goes through it.
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o711])
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try await body(folder)
}

/// Runs a line of shell and returns its exit status.
func shell(_ line: String, _ environment: [String: String]) async throws -> Int32? {
    let pid = try Subprocess(
        executable: "/bin/bash", arguments: ["-c", line],
        environment: environment.merging(["PATH": "/usr/bin:/bin"]) { $1 },
        inheritsEnvironment: false
    ).start(output: "/dev/null", errors: "/dev/null")
    var status: Int32?
    _ = try await eventually(within: .seconds(60)) {
        status = Subprocess.status(of: pid)
        return status != nil
    }
    return status
}

/// The variables that point the binary at a database of the test cluster.
func target(_ options: ConnectionOptions) async throws -> [String: String] {
    let state = try await TestCluster.shared.state
    let name = options.keywords["dbname"] ?? ""
    return Dictionary(state.environment.map { ($0.name, $0.value) }) { first, _ in first }.merging(["PGDATABASE": name])
    { $1 }
}

@Suite struct BinaryTests {
    @Test func `a wrong flag, a missing database and a pipe into head end as they should`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let flag = try await binary.run("partition", "maintain", "--no-such-flag")
            #expect(flag.status == 64 && flag.output.isEmpty)
            let missing = try await binary.run("migrate")
            #expect(missing.status == 78 && missing.errors.contains("sandbox up"))
            let status = try await shell(
                "set -o pipefail; '\(Binary.path)' config show 2>&1 | head -n 1",
                ["RSSCTL_STATE": state, "HOME": state])
            #expect(status == 0)
        }
    }

    @Test func `stdout that is full ends with 73`() async throws {
        try await withState { state in
            let status = try await shell(
                "'\(Binary.path)' config show > /dev/full", ["RSSCTL_STATE": state, "HOME": state])
            #expect(status == 73)
        }
    }

    @Test func `a broken pipeline of work leaves a record in the journal`() async throws {
        try await withDatabase { options in
            try await withState { state in
                let binary = Binary(state: state, environment: try await target(options))
                let failed = try await binary.run("partition", "maintain", "visit_reports")
                #expect(failed.status == 1)
                let shown = try await binary.run("runs", "show", "last", "--output", "json")
                #expect(shown.output.contains("RSS-PARTITION-001"))
                let password = try await TestCluster.shared.state.password
                #expect(!shown.output.contains(password))
            }
        }
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `a signal cancels the statement on the server, ends within 2 s, and is in the journal`(signal: Int32)
        async throws
    {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute(
                    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'"
                )
                try await admin.execute("CREATE TRIGGER slow BEFORE INSERT ON rssctl.operation EXECUTE FUNCTION slow()")
                let binary = Binary(state: state, environment: try await target(options))
                let run = try binary.start(["partition", "maintain", "--premake", "9"])
                let active =
                    "SELECT 1 FROM pg_stat_activity WHERE application_name LIKE 'rssctl/partition-maintain%' AND state = 'active' AND query LIKE 'INSERT%'"
                let began = try await eventually { try await admin.query(active).count == 1 }
                #expect(began)
                let sent = ContinuousClock.now
                run.signal(signal)
                let result = try await run.result()
                #expect(sent.duration(to: .now) < patience)
                #expect(result.status == 128 + signal)
                let gone = try await eventually { try await admin.query(active).isEmpty }
                #expect(gone)
                let listed = try await binary.run("runs", "list", "--output", "json")
                #expect(listed.output.contains("interrupted"))
                let leftover = try await admin.query("SELECT 1 FROM pg_constraint WHERE conname = 'rssctl_bound'")
                #expect(leftover.isEmpty)
                await admin.close()
            }
        }
    }

    @Test func `kill -9 frees the lock within 2 s, the run shows as interrupted, and the next run converges`()
        async throws
    {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let admin = try await PostgresConnection.connect(options)
                try await admin.execute(
                    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END'"
                )
                try await admin.execute("CREATE TRIGGER slow BEFORE INSERT ON rssctl.operation EXECUTE FUNCTION slow()")
                let binary = Binary(state: state, environment: try await target(options))
                let run = try binary.start(["partition", "maintain", "--premake", "6"])
                let locks =
                    "SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE a.application_name LIKE 'rssctl/partition%' AND a.datname = current_database() AND l.locktype IN ('advisory', 'relation')"
                let began = try await eventually {
                    try await admin.query(locks + " AND a.query LIKE 'INSERT%'").count > 0
                }
                #expect(began)
                let second = try await binary.run("partition", "maintain")
                #expect(second.status == 75 && second.errors.contains("rssctl/partition-maintain"))
                run.signal(SIGKILL)
                _ = try await run.result()
                let freed = try await eventually { try await admin.query(locks).isEmpty }
                #expect(freed)
                let listed = try await binary.run("runs", "list", "--outcome", "interrupted", "--output", "json")
                #expect(listed.output.contains("partition maintain"))
                try await admin.execute("DROP TRIGGER slow ON rssctl.operation")
                let again = try await binary.run("partition", "maintain", "--premake", "6")
                #expect(again.status == 0)
                await admin.close()
            }
        }
    }

    @Test func `twenty processes write the journal at once and lose nothing`() async throws {
        try await withState { state in
            let binary = Binary(state: state)
            let runs = 5
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        for _ in 0..<runs {
                            let result = try await binary.run("sandbox", "down")
                            #expect(result.status == 0 && !result.errors.contains("not recorded"), "\(result.errors)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let journal = try Journal(path: "\(state)/journal.sqlite")
            #expect(try journal.count() == 20 * runs)
            #expect(try journal.runs().allSatisfy { $0.outcome == .done })
        }
    }

    @Test func `a journal that is broken, newer, unwritable or full never stops the work`() async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let environment = try await target(options)
                let path = "\(state)/journal.sqlite"
                try "no database at all, but long enough to be read as one".write(
                    toFile: path, atomically: true, encoding: .utf8)
                let broken = try await Binary(state: state, environment: environment).run("report", "query")
                #expect(broken.status == 0 && broken.errors.contains("not recorded"))
                #expect(broken.errors.components(separatedBy: "not recorded").count == 2)
                let history = try await Binary(state: state, environment: environment).run("runs", "list")
                #expect(history.status == 1 && history.errors.contains("RSS-JOURNAL-001"))
                let nowhere = environment.merging(["RSSCTL_JOURNAL": "/dev/null/x/journal.sqlite"]) { $1 }
                let unwritable = try await Binary(state: state, environment: nowhere).run("report", "query")
                #expect(unwritable.status == 0 && unwritable.errors.contains("not recorded"))
                // A limit on the size of files simulates a full disk: the write fails in the same place. It fails for
                // ThreadSanitizer too, which at its start writes and maps $TMPDIR/tsan.rodata.PID, and reads past the
                // end of what it could not write (SIGBUS). Without the folder it does without the file.
                let full = try await shell(
                    "trap '' XFSZ; ulimit -f 0; exec '\(Binary.path)' report query > /dev/null",
                    environment.merging([
                        "RSSCTL_STATE": "\(state)/full", "HOME": state, "TMPDIR": "\(state)/none",
                    ]) { $1 })
                #expect(full == 0)
            }
        }
    }
}
