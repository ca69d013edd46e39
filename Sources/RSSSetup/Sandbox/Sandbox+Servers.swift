import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSModel
import RSSSystem
import RedisClient

extension Sandbox {
    /// Makes the folders that the servers write to.
    func makeFolders(_ state: SandboxState, _ mark: SandboxMark, _ programs: ServerPrograms) throws {
        try makeFolder(state.redisFolder, programs)
        // In /tmp any user may have made the folder before us, or put a link there.
        let isElsewhere = state.socketFolder != "\(folder)/run"
        try makeFolder(state.socketFolder, programs) {
            if isElsewhere, try SandboxMark(in: state.socketFolder) != mark { try mark.write(in: state.socketFolder) }
        }
    }

    /// Makes a folder for the servers' user, or checks one that is there.
    private func makeFolder(_ path: String, _ programs: ServerPrograms, _ mark: () throws -> Void = {}) throws {
        if mkdir(path, 0o700) == 0 {
            chmod(path, 0o700)
            try mark()
            programs.handOver(path)
        } else {
            guard errno == EEXIST else {
                throw PrivateFolderError.unusable(path: path, reason: String(cString: strerror(errno)))
            }
            close(try PrivateFolder.open(path, owners: programs.owners))
            try mark()
        }
    }

    /// Makes the cluster: UTF-8, passwords by SCRAM also on the socket.
    private func initialise(_ state: SandboxState, _ programs: ServerPrograms) async throws {
        let descriptor = try PrivateFolder.open(folder)
        defer { close(descriptor) }
        // The cluster gets its name when it is whole: an interrupted initdb is begun again.
        let unfinished = "\(state.dataFolder).new"
        for name in [FilePath.name(of: unfinished), FilePath.name(of: state.dataFolder)] {
            try FolderTree.remove(name, in: descriptor, owners: programs.owners, path: folder)
        }
        try makeFolder(unfinished, programs)
        let passwordFile = "\(folder)/initdb.pw"
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
        try append(
            """
            # Written by rssctl sandbox up. Its name says to rssctl analyze that what follows is meant to be so.
            cluster_name = 'rssctl-sandbox'
            listen_addresses = '127.0.0.1'
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

            """, to: "\(unfinished)/postgresql.auto.conf", programs)
        guard rename(unfinished, state.dataFolder) == 0 else {
            throw PrivateFolderError.unusable(path: state.dataFolder, reason: String(cString: strerror(errno)))
        }
    }

    /// Appends to a file in a folder of the servers' user, who could have put a link there.
    private func append(_ text: String, to path: String, _ programs: ServerPrograms) throws {
        let descriptor = open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError.unwritable(path: path, reason: String(cString: strerror(errno))) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_nlink == 1,
            status.st_uid == geteuid() || programs.owners.contains(status.st_uid)
        else { throw FileError.unwritable(path: path, reason: "it is not the servers' own") }
        try handle.write(contentsOf: Data(text.utf8))
    }

    /// Starts PostgreSQL, which makes the cluster the first time, on another port where its own is taken.
    func startPostgres(
        _ state: inout SandboxState, _ programs: ServerPrograms, _ progress: ProgressReporter
    ) async throws {
        let cluster = state
        if access("\(state.dataFolder)/PG_VERSION", F_OK) != 0 {
            try await progress.phase("initdb") { try await initialise(cluster, programs) }
        } else if try await settled(
            "PostgreSQL", within: .seconds(30), isThere: { try await isRunning(cluster, programs) },
            answers: { try await answersPostgres(cluster) })
        {
            return
        }
        try movePort(\.postgresPort, of: &state, "PostgreSQL", progress)
        let log = state.postgresLog
        if access(log, F_OK) != 0 { try SandboxState.write(Data(), to: log) }
        programs.handOver(log)
        // The shell that pg_ctl starts reads the options.
        let options = "-p \(state.postgresPort) -k \(ShellText.quoted(state.socketFolder))"
        let command = programs.command(
            programs.pgCtl,
            [
                "start", "--wait", "--timeout=60", "--silent", "--pgdata=\(state.dataFolder)", "--log=\(log)",
                "--options=\(options)",
            ])
        try await progress.phase("start PostgreSQL") {
            do {
                try await command.runSuccessfully()
            } catch let error as SubprocessError {
                if case .noTemporaryFile = error { throw error }
                throw SandboxError.startFailed(server: "PostgreSQL", reason: Self.lastLines(of: log), log: log)
            }
        }
    }

    /// Starts Redis, on another port where its own is taken.
    func startRedis(
        _ state: inout SandboxState, _ programs: ServerPrograms, _ progress: ProgressReporter
    ) async throws {
        let known = state
        if try await settled(
            "Redis", within: .seconds(5), isThere: { redis(known) != nil },
            answers: { try await answersRedis(known) })
        {
            return
        }
        try movePort(\.redisPort, of: &state, "Redis", progress)
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
        // The password is in the file, never in the arguments, where ps would show it.
        let path = state.redisConfiguration
        try SandboxState.write(Data(configuration.utf8), to: path)
        programs.handOver(path)
        let started = state
        try await progress.phase("start Redis") {
            try await start("Redis") { try await programs.command(programs.redisServer, [path]).runSuccessfully() }
            // A killed server leaves its socket: that the file is there says nothing.
            let deadline = ContinuousClock.now + .seconds(10)
            while try await !answersRedis(started) {
                if ContinuousClock.now > deadline {
                    let log = "\(started.redisFolder)/redis.log"
                    throw SandboxError.startFailed(server: "Redis", reason: Self.lastLines(of: log), log: log)
                }
                try await Task.sleep(for: .milliseconds(10))
            }
        }
    }

    /// Whether a server answers that does not yet: one that is starting or ending is waited for.
    ///
    /// - Returns: false when its process is gone.
    /// - Throws: ``SandboxError/notAnswering(server:folder:)``.
    private func settled(
        _ server: String, within limit: Duration, isThere: () async throws -> Bool, answers: () async throws -> Bool
    ) async throws -> Bool {
        let deadline = ContinuousClock.now + limit
        while try await isThere() {
            if try await answers() { return true }
            if ContinuousClock.now > deadline { throw SandboxError.notAnswering(server: server, folder: folder) }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    /// Takes another port, and notes it, where a server's own is taken by another process.
    private func movePort(
        _ port: WritableKeyPath<SandboxState, Int>, of state: inout SandboxState, _ server: String,
        _ progress: ProgressReporter
    ) throws {
        let taken = state[keyPath: port]
        guard !LoopbackPort.isFree(taken) else { return }
        state[keyPath: port] = try LoopbackPort.free()
        try state.save()
        progress(.note("Another process has port \(taken): \(server) listens on \(state[keyPath: port]) now."))
    }

    private func isRunning(_ state: SandboxState, _ programs: ServerPrograms) async throws -> Bool {
        try await programs.command(programs.pgCtl, ["status", "--pgdata=\(state.dataFolder)"]).run().status == 0
    }

    func stop(_ state: SandboxState) async throws {
        if access("\(state.dataFolder)/postmaster.pid", F_OK) == 0 {
            let programs = try ServerPrograms.find()
            let result = try await programs.command(
                programs.pgCtl, ["stop", "--mode=fast", "--wait", "--silent", "--pgdata=\(state.dataFolder)"]
            ).run()
            // A server that is gone already leaves its pid file; that counts as stopped.
            if result.status != 0, try await isRunning(state, programs) {
                throw SandboxError.stopFailed(server: "PostgreSQL", reason: result.errors)
            }
        }
        if let pid = redis(state) {
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
            throw SandboxError.startFailed(server: server, reason: words, log: nil)
        } catch let error as SubprocessError {
            if case .noTemporaryFile = error { throw error }
            throw SandboxError.startFailed(server: server, reason: error.report.message, log: nil)
        }
    }

    /// The process of the sandbox's Redis. Its file may be stale, and the number in it another process's: only a
    /// redis-server at work in our folder is meant.
    private func redis(_ state: SandboxState) -> pid_t? {
        let manager = FileManager.default
        guard let text = try? String(contentsOfFile: "\(state.redisFolder)/redis.pid", encoding: .utf8),
            let pid = pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)), pid > 1,
            // A process that is gone, or another user's, is not it.
            let program = try? manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
            let directory = try? manager.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")
        else { return nil }
        return program.contains("redis") && directory == FilePath.resolved(state.redisFolder) ? pid : nil
    }

    private static func lastLines(of path: String) -> String {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "no log at \(path)"
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }
}
