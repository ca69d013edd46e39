import Foundation
import PostgresClient
import RSSSystem
import RedisClient

/// What is to be known of a sandbox to use it: kept beside its data, readable by its owner alone.
public struct SandboxState: Sendable, Codable, Equatable {
    /// The folder that holds everything.
    public var folder: String
    /// The folder of both unix sockets.
    public var socketFolder: String
    /// PostgreSQL's port, on the loopback address and as the socket's suffix.
    public var postgresPort: Int
    /// The superuser's name.
    public var user: String
    /// The database that commands use.
    public var database: String
    /// The superuser's password.
    public var password: String
    /// Redis's port on the loopback address.
    public var redisPort: Int
    /// Redis's password.
    public var redisPassword: String

    var dataFolder: String { "\(folder)/postgres" }
    var redisFolder: String { "\(folder)/redis" }
    var postgresLog: String { "\(folder)/postgres.log" }
    var passwordFile: String { "\(folder)/pgpass" }
    var redisConfiguration: String { "\(folder)/redis.conf" }
    var redisSocket: String { "\(socketFolder)/redis.sock" }

    static let name = "sandbox.json"

    static func file(in folder: String) -> String { "\(folder)/\(name)" }

    /// The folder of the sockets of a sandbox. A socket's path may have 107 bytes; a deep folder gets them in /tmp.
    static func socketFolder(of folder: String) -> String {
        let own = "\(folder)/run"
        return own.utf8.count < 80 ? own : "/tmp/rssctl-\(AdvisoryLock(folder).key.magnitude)"
    }

    /// A sandbox with passwords and free ports of its own.
    ///
    /// - Throws: ``SandboxError/startFailed(server:reason:log:)`` when no port is free.
    init(new folder: String) throws {
        self.folder = folder
        socketFolder = Self.socketFolder(of: folder)
        (postgresPort, redisPort) = (try LoopbackPort.free(), try LoopbackPort.free())
        (user, database) = ("rss", "rss")
        (password, redisPassword) = (Self.randomPassword(), Self.randomPassword())
    }

    private static func randomPassword() -> String {
        var random = SystemRandomNumberGenerator()
        let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789")
        return String((0..<24).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
    }

    /// The sandbox of a folder, nil when there is none. Its paths are those that the folder has by rule, whatever the file
    /// says.
    ///
    /// - Throws: ``SandboxError/stateUnreadable(path:reason:)``, `PrivateFolderError` for a file that is not ours.
    public static func load(from folder: String) throws -> SandboxState? {
        let folder = FilePath.absolute(folder)
        let path = file(in: folder)
        guard let bytes = try PrivateFile.read(path) else { return nil }
        guard var state = try? JSONDecoder().decode(SandboxState.self, from: Data(bytes)),
            [state.postgresPort, state.redisPort].allSatisfy({ (1...65_535).contains($0) })
        else { throw SandboxError.stateUnreadable(path: path, reason: "it is not as sandbox up wrote it") }
        (state.folder, state.socketFolder) = (folder, socketFolder(of: folder))
        return state
    }

    func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try Self.write(encoder.encode(self), to: Self.file(in: folder))
        // One line for the socket, one for the port; libpq ignores the file unless nobody else can read it.
        let lines = [socketFolder, "localhost", "127.0.0.1"].map { "\($0):\(postgresPort):*:\(user):\(password)\n" }
        try Self.write(Data(lines.joined().utf8), to: passwordFile)
    }

    /// Writes a file that its owner alone can read, from the first byte on.
    static func write(_ data: Data, to path: String) throws(FileError) {
        try WholeFile.write(data, to: path, mode: .exactly(0o600))
    }

    /// libpq's keywords for the sandbox.
    public var postgresKeywords: [String: String] {
        [
            "host": socketFolder, "port": "\(postgresPort)", "user": user, "dbname": database, "password": password,
            "sslmode": "disable",
        ]
    }

    /// How to reach the sandbox's Redis.
    public var redis: RedisConfiguration {
        RedisConfiguration(address: .unix(path: redisSocket), password: redisPassword)
    }

    /// The variables that psql, redis-cli, the backend and rssctl itself understand; the password stays in its file.
    public var environment: [(name: String, value: String)] {
        [
            ("PGHOST", socketFolder), ("PGPORT", "\(postgresPort)"), ("PGUSER", user), ("PGDATABASE", database),
            ("PGPASSFILE", passwordFile), ("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", "\(redisPort)"),
            ("REDIS_PASSWORD", redisPassword),
        ]
    }
}
