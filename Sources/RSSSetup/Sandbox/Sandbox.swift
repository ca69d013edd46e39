import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSModel
import RSSSystem
import RedisClient

/// A private PostgreSQL and Redis from the installed programs, under one folder, on unix sockets and free loopback ports.
///
/// For a newcomer's first steps, for trying a command out, and for the tests. Data is not synced to disk: a sandbox is
/// quick, and lost with the machine's power.
package struct Sandbox: Sendable {
    /// The folder that holds data, logs, sockets and passwords, from the root on.
    package let folder: String
    private let stateFolder: String?

    /// Makes the handle of a folder's sandbox; nothing is started.
    ///
    /// - Parameter stateFolder: rssctl's own folder. Where the sandbox is in it, the user who runs the servers for root is
    ///   let through it.
    package init(folder: String, stateFolder: String? = nil) {
        self.folder = FilePath.absolute(folder)
        self.stateFolder = stateFolder.map(FilePath.absolute)
    }

    /// What a sandbox is, and which of its servers answer.
    package struct Status: Sendable, Equatable {
        /// Ports and passwords; nil when there is no sandbox in the folder.
        package var state: SandboxState?
        /// Whether PostgreSQL answers.
        package var postgres: Bool
        /// Whether Redis answers.
        package var redis: Bool
        /// The database's size in bytes, where it answers.
        package var databaseBytes: Int64?

        /// Whether both servers answer.
        package var isUp: Bool { postgres && redis }
    }

    /// Starts what is not running, making the cluster the first time; instant when all is up.
    ///
    /// - Throws: ``SandboxError``, `PrivateFolderError`.
    package func up(_ progress: ProgressReporter = .silent) async throws -> SandboxState {
        let programs = try ServerPrograms.find()
        var made: [String] = []
        if let stateFolder, folder.hasPrefix("\(stateFolder)/") {
            try PrivateFolder.make(stateFolder)
            made.append(stateFolder)
        }
        made += try PrivateFolder.make(folder)
        let passages = made + [folder]
        try refuseOthers()
        return try await locked {
            let mark = try claim()
            try programs.letThrough(passages, to: folder)
            var state = try await found()
            try makeFolders(state, mark, programs)
            if try await !answersPostgres(state) {
                try await startPostgres(&state, programs, progress)
            }
            try await makeDatabase(state)
            if try await !answersRedis(state) {
                try await startRedis(&state, programs, progress)
            }
            return state
        }
    }

    /// Stops both servers; the data stays. Nothing to stop is not an error.
    ///
    /// - Throws: ``SandboxError``, `PrivateFolderError`.
    package func down() async throws {
        guard let state = try SandboxState.load(from: folder) else { return }
        try await locked { try await stop(state) }
    }

    /// Asks both servers.
    ///
    /// - Throws: ``SandboxError``, `PrivateFolderError`, `CancellationError`.
    package func status() async throws -> Status {
        guard let state = try SandboxState.load(from: folder) else {
            return Status(state: nil, postgres: false, redis: false, databaseBytes: nil)
        }
        var bytes: Int64?
        let postgres = try await answers {
            let connection = try await PostgresConnection.connect(options(state, database: state.database))
            bytes = try await connection.query("SELECT pg_database_size(current_database())").first?
                .decode(Int64.self, at: 0)
            await connection.close()
        }
        return Status(
            state: state, postgres: postgres, redis: try await answersRedis(state), databaseBytes: bytes)
    }

    /// Empties the sandbox: the database is dropped and made again, Redis is flushed.
    ///
    /// - Throws: ``SandboxError/notRunning(folder:)``.
    package func reset() async throws {
        guard try SandboxState.load(from: folder) != nil else { throw SandboxError.notRunning(folder: folder) }
        try await locked {
            guard let state = try SandboxState.load(from: folder), try await answersPostgres(state) else {
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

    /// The mark of the folder, which a new one gets.
    private func claim() throws -> SandboxMark {
        if let mark = try SandboxMark(in: folder) { return mark }
        let mark = SandboxMark()
        try mark.write(in: folder)
        return mark
    }

    /// Refuses a folder without our mark that has files in it, unless it is a sandbox of an earlier version, which made no
    /// marks.
    private func refuseOthers() throws {
        guard try SandboxMark(in: folder) == nil else { return }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            name != Self.lock && !name.hasPrefix(".rssctl-")
        }.sorted()
        let others = names.filter { !Self.names.contains($0) }
        let isEarlier = try others.isEmpty && SandboxState.load(from: folder) != nil
        guard names.isEmpty || isEarlier else {
            throw SandboxError.notEmpty(folder: folder, names: others.isEmpty ? names : others)
        }
    }

    /// What is known of the sandbox; the first time it gets ports and passwords.
    private func found() async throws -> SandboxState {
        if let state = try SandboxState.load(from: folder) { return state }
        let state = try SandboxState(new: folder)
        // New passwords are of no use for a cluster that has others.
        guard access(state.dataFolder, F_OK) != 0 else {
            throw UnreadableSandbox(path: SandboxState.file(in: folder), reason: "it is missing")
        }
        try state.save()
        return state
    }

    func options(_ state: SandboxState, database: String) -> ConnectionOptions {
        var keywords = state.postgresKeywords
        keywords["dbname"] = database
        return ConnectionOptions(
            keywords: keywords, connectTimeout: .seconds(5),
            session: SessionSettings(applicationName: "rssctl/sandbox"))
    }

    /// Whether a server does what it is asked. That we were cancelled says nothing of the server.
    private func answers(_ work: () async throws -> Void) async throws -> Bool {
        do {
            try await work()
            return true
        } catch {
            try Task.checkCancellation()
            return false
        }
    }

    func answersPostgres(_ state: SandboxState) async throws -> Bool {
        try await answers {
            let connection = try await PostgresConnection.connect(options(state, database: "postgres"))
            await connection.close()
        }
    }

    func answersRedis(_ state: SandboxState) async throws -> Bool {
        try await answers {
            let connection = try await RedisConnection.connect(state.redis)
            await connection.close()
        }
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

    /// One process at a time starts, stops or removes a sandbox.
    func locked<T>(_ work: () async throws -> T) async throws -> T {
        close(try PrivateFolder.open(folder))
        let descriptor = try PrivateFile.openLock("\(folder)/\(Self.lock)")
        defer { close(descriptor) }
        let deadline = ContinuousClock.now + .seconds(60)
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if ContinuousClock.now > deadline { throw SandboxError.busy(folder: folder) }
            try await Task.sleep(for: .milliseconds(50))
        }
        var status = stat()
        // The process that had it may have removed the sandbox, the file that is locked with it.
        guard fstat(descriptor, &status) == 0, status.st_nlink > 0 else { throw SandboxError.busy(folder: folder) }
        return try await work()
    }
}
