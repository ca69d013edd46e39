import Foundation
import Glibc
import PostgresClient
import RSSModel
import RedisClient

/// A private PostgreSQL and Redis from the installed programs, under one folder, on unix sockets and free loopback ports.
///
/// For a newcomer's first steps, for trying a command out, and for the tests. Data is not synced to disk: a sandbox is
/// quick, and lost with the machine's power.
public struct Sandbox: Sendable {
    /// The folder that holds data, logs, sockets and passwords.
    public let folder: String

    /// Makes the handle of a folder's sandbox; nothing is started.
    public init(folder: String) { self.folder = folder }

    /// What a sandbox is, and which of its servers answer.
    public struct Status: Sendable, Equatable {
        /// Ports and passwords; nil when there is no sandbox in the folder.
        public var state: SandboxState?
        /// Whether PostgreSQL answers.
        public var postgres: Bool
        /// Whether Redis answers.
        public var redis: Bool
        /// The database's size in bytes, where it answers.
        public var databaseBytes: Int64?

        /// Whether both servers answer.
        public var isUp: Bool { postgres && redis }
    }

    /// Starts what is not running, making the cluster the first time; instant when all is up.
    ///
    /// - Throws: ``SandboxError``.
    public func up(_ progress: ProgressReporter = .silent) async throws -> SandboxState {
        try await locked {
            let programs = try ServerPrograms.find()
            let state = try SandboxState.load(from: folder) ?? makeState(programs)
            if await !answersPostgres(state) {
                if !FileManager.default.fileExists(atPath: "\(state.dataFolder)/PG_VERSION") {
                    try await progress.phase("initdb") { try await initialise(state, programs) }
                }
                try await progress.phase("start PostgreSQL") { try await startPostgres(state, programs) }
            }
            try await makeDatabase(state)
            if await !answersRedis(state) {
                try await progress.phase("start Redis") { try await startRedis(state, programs) }
            }
            return state
        }
    }

    /// Stops both servers; the data stays. Nothing to stop is no error.
    public func down() async throws {
        try await locked {
            guard let state = try SandboxState.load(from: folder) else { return }
            try await stop(state)
        }
    }

    /// Looks at both servers.
    public func status() async throws -> Status {
        guard let state = try SandboxState.load(from: folder) else {
            return Status(state: nil, postgres: false, redis: false, databaseBytes: nil)
        }
        let connection = try? await PostgresConnection.connect(options(state, database: state.database))
        let size = try? await connection?.query("SELECT pg_database_size(current_database())").first?
            .decode(Int64.self, at: 0)
        await connection?.close()
        return Status(
            state: state, postgres: connection != nil, redis: await answersRedis(state), databaseBytes: size)
    }

    /// Empties the sandbox: the database is dropped and made anew, Redis is flushed.
    ///
    /// - Throws: ``SandboxError/notRunning(folder:)``.
    public func reset() async throws {
        try await locked {
            guard let state = try SandboxState.load(from: folder), await answersPostgres(state) else {
                throw SandboxError.notRunning(folder: folder)
            }
            let connection = try await PostgresConnection.connect(options(state, database: "postgres"))
            let name = try await connection.quoteIdentifier(state.database)
            try await connection.execute("DROP DATABASE IF EXISTS \(name) WITH (FORCE)")
            await connection.close()
            try await makeDatabase(state)
            let redis = try await RedisConnection.connect(state.redis)
            _ = try await redis.send(["FLUSHALL"])
            await redis.close()
        }
    }

    /// Stops both servers and removes everything, the data included.
    public func destroy() async throws {
        try await locked {
            let state = try? SandboxState.load(from: folder)
            if let state {
                try await stop(state)
                if state.socketFolder != folder { try? FileManager.default.removeItem(atPath: state.socketFolder) }
            }
            for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] where name != "lock" {
                try FileManager.default.removeItem(atPath: "\(folder)/\(name)")
            }
        }
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func makeState(_ programs: ServerPrograms) throws -> SandboxState {
        // A socket's path may have 107 bytes; a deep folder gets its sockets in /tmp.
        let own = "\(folder)/run"
        let sockets = own.utf8.count < 80 ? own : "/tmp/rssctl-\(AdvisoryLock(folder).key.magnitude)"
        let state = SandboxState(
            folder: folder, socketFolder: sockets, postgresPort: try freeLoopbackPort(), user: "rss",
            database: "rss", password: Self.password(), redisPort: try freeLoopbackPort(),
            redisPassword: Self.password())
        if sockets != own {
            // In /tmp anybody may have made the folder before us, or put a link there.
            guard mkdir(sockets, 0o700) == 0 else {
                throw SandboxError.startFailed(
                    server: "sandbox", reason: "\(sockets) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
        for path in [sockets, state.redisFolder] {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            programs.handOver(path)
        }
        try state.save()
        return state
    }

    private static func password() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }

    func options(_ state: SandboxState, database: String) -> ConnectionOptions {
        var keywords = state.postgresKeywords
        keywords["dbname"] = database
        return ConnectionOptions(
            keywords: keywords, connectTimeout: .seconds(5),
            session: SessionSettings(applicationName: "rssctl/sandbox"))
    }

    private func answersPostgres(_ state: SandboxState) async -> Bool {
        guard let connection = try? await PostgresConnection.connect(options(state, database: "postgres")) else {
            return false
        }
        await connection.close()
        return true
    }

    func answersRedis(_ state: SandboxState) async -> Bool {
        guard let connection = try? await RedisConnection.connect(state.redis) else { return false }
        await connection.close()
        return true
    }

    private func makeDatabase(_ state: SandboxState) async throws {
        let connection = try await PostgresConnection.connect(options(state, database: "postgres"))
        defer { Task { await connection.close() } }
        if try await connection.query("SELECT 1 FROM pg_database WHERE datname = $1", [state.database]).isEmpty {
            try await connection.execute("CREATE DATABASE \(try connection.quoteIdentifier(state.database))")
        }
        let database = try await PostgresConnection.connect(options(state, database: state.database))
        try await database.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public")
        await database.close()
    }

    /// One process at a time starts or stops a sandbox.
    private func locked<T>(_ work: () async throws -> T) async throws -> T {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let descriptor = open("\(folder)/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + .seconds(60)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if ContinuousClock.now > deadline || descriptor < 0 { throw SandboxError.busy(folder: folder) }
            try await Task.sleep(for: .milliseconds(50))
        }
        return try await work()
    }
}
