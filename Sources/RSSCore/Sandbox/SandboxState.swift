import Foundation
import PostgresClient
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
    var redisLog: String { "\(folder)/redis.log" }
    var passwordFile: String { "\(folder)/pgpass" }
    var redisSocket: String { "\(socketFolder)/redis.sock" }

    static func file(in folder: String) -> String { "\(folder)/sandbox.json" }

    /// The sandbox of a folder, nil when there is none.
    ///
    /// - Throws: ``SandboxError/stateUnreadable(path:reason:)``.
    public static func load(from folder: String) throws -> SandboxState? {
        let path = file(in: folder)
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        do {
            return try JSONDecoder().decode(SandboxState.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
        } catch {
            throw SandboxError.stateUnreadable(path: path, reason: "\(error)")
        }
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
    static func write(_ data: Data, to path: String) throws {
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
