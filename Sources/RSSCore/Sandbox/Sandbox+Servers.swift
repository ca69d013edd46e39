import Foundation
import Glibc

extension Sandbox {
    /// Makes the cluster: UTF-8, passwords by SCRAM also on the socket.
    func initialise(_ state: SandboxState, _ programs: ServerPrograms) async throws {
        // The cluster gets its name when it is whole: an interrupted initdb is begun anew.
        let unfinished = "\(state.dataFolder).new"
        if FileManager.default.fileExists(atPath: unfinished) { try FileManager.default.removeItem(atPath: unfinished) }
        try FileManager.default.createDirectory(atPath: unfinished, withIntermediateDirectories: true)
        programs.handOver(unfinished)
        let passwordFile = "\(state.socketFolder)/initdb.pw"
        try SandboxState.write(Data(state.password.utf8), to: passwordFile)
        programs.handOver(passwordFile)
        defer { unlink(passwordFile) }
        try await start("initdb") {
            try await programs.command(
                programs.initdb,
                [
                    "--pgdata=\(unfinished)", "--username=\(state.user)", "--pwfile=\(passwordFile)",
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
                ]
            ).runSuccessfully()
        }
        let settings = """
            # Written by rssctl sandbox up.
            listen_addresses = '127.0.0.1'
            port = \(state.postgresPort)
            unix_socket_directories = '\(state.socketFolder.replacing("'", with: "''"))'
            max_connections = 100
            shared_buffers = 256MB
            maintenance_work_mem = 256MB
            max_wal_size = 4GB
            random_page_cost = 1.1
            # A sandbox may be lost with the power; it need not be slow for that.
            fsync = off
            synchronous_commit = off
            full_page_writes = off
            wal_level = minimal
            max_wal_senders = 0
            shared_preload_libraries = 'pg_stat_statements'
            track_io_timing = on
            log_min_duration_statement = -1

            """
        let path = "\(unfinished)/postgresql.auto.conf"
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw SandboxError.startFailed(server: "PostgreSQL", reason: "\(path) cannot be written")
        }
        try file.seekToEnd()
        try file.write(contentsOf: Data(settings.utf8))
        try file.close()
        if FileManager.default.fileExists(atPath: state.dataFolder) {
            try FileManager.default.removeItem(atPath: state.dataFolder)
        }
        try FileManager.default.moveItem(atPath: unfinished, toPath: state.dataFolder)
    }

    func startPostgres(_ state: SandboxState, _ programs: ServerPrograms) async throws {
        if !FileManager.default.fileExists(atPath: state.postgresLog) {
            try SandboxState.write(Data(), to: state.postgresLog)
        }
        programs.handOver(state.postgresLog)
        do {
            try await programs.command(
                programs.pgCtl,
                [
                    "start", "--wait", "--timeout=60", "--silent", "--pgdata=\(state.dataFolder)",
                    "--log=\(state.postgresLog)",
                ]
            ).runSuccessfully()
        } catch is SubprocessError {
            throw SandboxError.startFailed(server: "PostgreSQL", reason: Self.lastLines(of: state.postgresLog))
        }
    }

    func startRedis(_ state: SandboxState, _ programs: ServerPrograms) async throws {
        let configuration = """
            port \(state.redisPort)
            bind 127.0.0.1
            unixsocket "\(state.redisSocket)"
            unixsocketperm 777
            requirepass \(state.redisPassword)
            dir "\(state.redisFolder)"
            pidfile "\(state.redisFolder)/redis.pid"
            logfile "\(state.redisFolder)/redis.log"
            daemonize yes
            save ""
            appendonly no
            maxmemory 512mb
            maxmemory-policy noeviction

            """
        // The password stands in the file, never in the arguments, where ps would show it.
        let path = "\(state.redisFolder)/redis.conf"
        try SandboxState.write(Data(configuration.utf8), to: path)
        programs.handOver(path)
        try await start("Redis") {
            try await programs.command(programs.redisServer, [path]).runSuccessfully()
        }
        // A killed server leaves its socket behind: that the file is there says nothing.
        let deadline = ContinuousClock.now + .seconds(10)
        while await !answersRedis(state) {
            if ContinuousClock.now > deadline {
                throw SandboxError.startFailed(
                    server: "Redis", reason: Self.lastLines(of: "\(state.redisFolder)/redis.log"))
            }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    func stop(_ state: SandboxState) async throws {
        let programs = try ServerPrograms.find()
        if FileManager.default.fileExists(atPath: "\(state.dataFolder)/postmaster.pid") {
            // A server that is gone already leaves its pid file behind; that is as good as stopped.
            _ = try await programs.command(
                programs.pgCtl, ["stop", "--mode=fast", "--wait", "--silent", "--pgdata=\(state.dataFolder)"]
            ).run()
        }
        // The file may be stale, and its number another process's: only a redis-server at work in our folder is meant.
        if let pid = Self.pid(in: "\(state.redisFolder)/redis.pid"), pid > 1, Self.isRedis(pid, in: state.redisFolder) {
            kill(pid, SIGTERM)
            let deadline = ContinuousClock.now + .seconds(5)
            while kill(pid, 0) == 0 {
                if ContinuousClock.now > deadline {
                    kill(pid, SIGKILL)
                    break
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        unlink(state.redisSocket)
    }

    private func start(_ server: String, _ work: () async throws -> some Any) async throws {
        do {
            _ = try await work()
        } catch SubprocessError.failed(_, _, let words) {
            throw SandboxError.startFailed(server: server, reason: words)
        } catch let error as SubprocessError {
            throw SandboxError.startFailed(server: server, reason: "\(error)")
        }
    }

    private static func pid(in path: String) -> pid_t? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        return pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    private static func isRedis(_ pid: pid_t, in folder: String) -> Bool {
        let manager = FileManager.default
        let program = try? manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
        let directory = try? manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        return program.map { $0.contains("redis") } ?? false
            && directory.map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() }
                == URL(fileURLWithPath: folder).resolvingSymlinksInPath()
    }

    private static func lastLines(of path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "no log at \(path)"
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }
}
