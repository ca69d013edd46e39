import Foundation
import Glibc
import PostgresClient
import RSSCore
import TestSupport
import Testing

/// The verbs of the sandbox, on servers of their own.
@Suite struct SandboxTests {
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `destroy removes what up made, whatever its note says, and leaves what others put beside it`()
        async throws
    {
        try await withSandbox { servers, binary in
            let folder = servers.folder
            let victim = URL(fileURLWithPath: folder).deletingLastPathComponent().path + "/victim"
            #expect(mkdir(victim, 0o700) == 0)
            let path = "\(folder)/sandbox.json"
            let note = try String(contentsOfFile: path, encoding: .utf8)
                .replacing("\"\(servers.socketFolder)\"", with: "\"\(victim)\"")
                .replacing(servers.socketFolder.replacing("/", with: "\\/"), with: victim)
            #expect(note.contains(victim))
            try Data(note.utf8).write(to: URL(fileURLWithPath: path))
            for name in ["notes.txt", "run/mine"] {
                try Data("v".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
            }
            symlink(victim, "\(folder)/redis/link")
            let shown = try await binary.run("sandbox", "destroy", "--dry-run")
            #expect(shown.status == 0 && shown.errors.contains("\(folder) ("), "\(shown.errors)")
            let done = try await binary.run("sandbox", "destroy", "--yes")
            #expect(done.status == 0 && done.errors.contains("redis/link, run/mine, notes.txt"), "\(done.errors)")
            #expect(access(victim, F_OK) == 0)
            let left = try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
            #expect(left == ["notes.txt", "redis", "redis/link", "run", "run/mine"])
            #expect(try await binary.run("sandbox", "status").status == 3)
        }
    }

    @Test func `a sandbox of an earlier version has no mark, gets one from up, and can be removed then`() async throws {
        try await withSandbox { servers, binary in
            unlink("\(servers.folder)/.rssctl-sandbox")
            let refused = try await binary.run("sandbox", "destroy", "--yes")
            #expect(refused.status == 78 && refused.errors.contains("RSS-SANDBOX-007"), "\(refused.errors)")
            #expect(try await binary.run("sandbox", "status").status == 0)
            #expect(try await binary.run("sandbox", "up").status == 0)
            #expect(try await binary.run("sandbox", "destroy", "--yes").status == 0)
            #expect(access(servers.folder, F_OK) != 0)
        }
    }

    @Test func `a port that is in use does not lose the data: another one is used`() async throws {
        try await withSandbox { servers, binary in
            let admin = try await servers.connect()
            try await admin.execute("CREATE TABLE public.kept (a int)")
            await admin.close()
            #expect(try await binary.run("sandbox", "down").status == 0)
            let taken = try [servers.postgresPort, servers.redisPort].map { try listen($0) }
            defer { taken.forEach { close($0) } }
            let up = try await binary.run("sandbox", "up")
            #expect(
                up.status == 0 && up.errors.contains("Another process has port \(servers.postgresPort)"), "\(up.errors)"
            )
            let state = try #require(try SandboxState.load(from: servers.folder))
            #expect(state.postgresPort != servers.postgresPort && state.redisPort != servers.redisPort)
            let again = try await state.connect()
            #expect(try await again.query("SELECT 1 FROM pg_class WHERE relname = 'kept'").count == 1)
            await again.close()
            let port = try await binary.run("sandbox", "psql", "--", "-h", "127.0.0.1", "-Atc", "SHOW port")
            #expect(port.output == "\(state.postgresPort)\n", "\(port.errors)")
        }
    }

    @Test func `a server that does not answer within the timeout is not called down`() async throws {
        try await withSandbox { servers, binary in
            let text = try String(contentsOfFile: "\(servers.folder)/postgres/postmaster.pid", encoding: .utf8)
            let postmaster = try #require(text.split(separator: "\n").first.flatMap { Int32($0) })
            kill(postmaster, SIGSTOP)
            defer { kill(postmaster, SIGCONT) }
            for verb in [["status"], ["reset", "--dry-run"]] {
                let result = try await binary.run(["sandbox"] + verb + ["--timeout", "300ms"])
                #expect(result.status == 75 && result.errors.contains("RSS-RUN-002"), "\(verb): \(result.errors)")
            }
        }
    }

    @Test func `the variables are rows of name and value where rows come out`() async throws {
        try await withSandbox { servers, binary in
            let plain = try await binary.run("sandbox", "env")
            #expect(
                plain.output.hasPrefix("# eval \"$(rssctl sandbox env)\"\nexport PGHOST='\(servers.socketFolder)'\n"))
            let csv = try await binary.run("sandbox", "env", "--output", "csv")
            #expect(
                csv.output.hasPrefix("name,value\nPGHOST,\(servers.socketFolder)\nPGPORT,\(servers.postgresPort)\n"))
        }
    }

    @Test func `folders are private with umask 000, and the daemons get none of our secrets`() async throws {
        try await withState { state in
            let folder = "\(state)/own/sandbox"
            let environment = [
                "RSSCTL_STATE": "\(state)/own", "RSSCTL_CONFIG": "", "HOME": state, "DB_PASSWORD": "s3cret-db",
                "PGPASSWORD": "s3cret-pg", "REDIS_PASSWORD": "s3cret-redis", "RSSCTL_DB_PASSWORD": "s3cret-rss",
            ]
            let up = try await shell("umask 000; '\(Binary.path)' sandbox up", environment)
            #expect(up == 0)
            for path in ["\(state)/own", folder] { #expect(mode(path) & 0o067 == 0, "\(path)") }
            for name in ["run", "redis", "postgres"] { #expect(mode("\(folder)/\(name)") == 0o700, "\(name)") }
            for name in ["sandbox.json", ".rssctl-sandbox", "pgpass", "redis.conf", "lock"] {
                #expect(mode("\(folder)/\(name)") == 0o600, "\(name)")
            }
            for file in ["postgres/postmaster.pid", "redis/redis.pid"] {
                let text = try String(contentsOfFile: "\(folder)/\(file)", encoding: .utf8)
                let pid = try #require(text.split(separator: "\n").first)
                let variables = try String(contentsOfFile: "/proc/\(pid)/environ", encoding: .utf8)
                #expect(!variables.contains("s3cret") && !variables.contains("RSSCTL_"), "\(file)")
            }
            #expect(try await shell("'\(Binary.path)' sandbox destroy --yes", environment) == 0)
            #expect(access(folder, F_OK) != 0)
        }
    }

    @Test func `psql gets its own secrets alone, ends with its own status, and within the timeout`() async throws {
        try await withSandbox { _, binary in
            let secret = Binary(
                state: try #require(binary.environment["RSSCTL_STATE"]),
                environment: ["DB_PASSWORD": "s3cret", "PGPASSWORD": "s3cret", "REDIS_PASSWORD": "s3cret"])
            let shown = try await secret.run("sandbox", "psql", "--", "-qAtc", "\\! env")
            #expect(shown.status == 0 && shown.output.contains("PGPASSFILE="), "\(shown.errors)")
            #expect(!shown.output.contains("s3cret") && !shown.output.contains("REDIS_"))
            let failed = try await binary.run("sandbox", "psql", "--timeout", "30s", "--", "-c", "SELECT 1/0")
            #expect(failed.status == 1)
            let began = ContinuousClock.now
            let slow = try await binary.run("sandbox", "psql", "--timeout", "500ms", "--", "-c", "SELECT pg_sleep(60)")
            #expect(slow.status == 75 && began.duration(to: .now) < patience, "\(slow.errors)")
            let format = try await binary.run("sandbox", "psql", "--output", "json", "--", "-c", "SELECT 1")
            #expect(format.status == 64 && format.output.isEmpty)
        }
    }

    private func listen(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var isReused: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &isReused, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) == 0 }
        }
        #expect(isBound && Glibc.listen(descriptor, 1) == 0)
        return descriptor
    }
}
