import Foundation
import PostgresClient
import RSSSystem
import RedisClient

/// What is needed to use a sandbox: stored beside its data, readable by its owner alone.
package struct SandboxState: Sendable, Codable, Equatable {
    /// The folder that holds everything.
    package var folder: String
    /// The folder of both unix sockets.
    package var socketFolder: String
    /// PostgreSQL's port, on the loopback address and as the socket's suffix.
    package var postgresPort: Int
    /// The superuser's name.
    package var user: String
    /// The database that commands use.
    package var database: String
    /// The superuser's password.
    package var password: String
    /// Redis's port on the loopback address.
    package var redisPort: Int
    /// Redis's password.
    package var redisPassword: String

    package var dataFolder: String { "\(folder)/postgres" }
    package var redisFolder: String { "\(folder)/redis" }
    package var postgresLog: String { "\(folder)/postgres.log" }
    package var passwordFile: String { "\(folder)/pgpass" }
    package var redisConfiguration: String { "\(folder)/redis.conf" }
    package var redisSocket: String { "\(socketFolder)/redis.sock" }

    package static let name = "sandbox.json"

    package static func file(in folder: String) -> String { "\(folder)/\(name)" }

    /// The folder of the sockets of a sandbox. A socket's path may have 107 bytes; a deep folder gets them in /tmp.
    package static func socketFolder(of folder: String) -> String {
        let own = "\(folder)/run"
        return own.utf8.count < 80 ? own : "/tmp/rssctl-\(AdvisoryLock(folder).key.magnitude)"
    }

    /// The state of a new sandbox in a folder.
    package init(
        folder: String, user: String, database: String, password: String, postgresPort: Int, redisPort: Int,
        redisPassword: String
    ) {
        self.folder = folder
        socketFolder = Self.socketFolder(of: folder)
        (self.user, self.database, self.password) = (user, database, password)
        (self.postgresPort, self.redisPort, self.redisPassword) = (postgresPort, redisPort, redisPassword)
    }

    /// The sandbox of a folder, nil when there is none. Its paths follow from the folder, whatever the file
    /// says.
    ///
    /// - Throws: ``UnreadableSandbox``, `PrivateFolderError` for a file that is not ours.
    package static func load(from folder: String) throws -> SandboxState? {
        let folder = FilePath.absolute(folder)
        let path = file(in: folder)
        guard let bytes = try PrivateFile.read(path) else { return nil }
        guard var state = try? JSONDecoder().decode(SandboxState.self, from: Data(bytes)),
            [state.postgresPort, state.redisPort].allSatisfy({ (1...65_535).contains($0) })
        else { throw UnreadableSandbox(path: path, reason: "It does not have the format that sandbox up writes.") }
        (state.folder, state.socketFolder) = (folder, socketFolder(of: folder))
        return state
    }

    package func save() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try Self.write(encoder.encode(self), to: Self.file(in: folder))
        // One line for the socket, one for the port; libpq ignores the file if other users can read it.
        let lines = [socketFolder, "localhost", "127.0.0.1"].map { "\($0):\(postgresPort):*:\(user):\(password)\n" }
        try Self.write(Data(lines.joined().utf8), to: passwordFile)
    }

    /// Writes a file that its owner alone can read, from the first byte on.
    package static func write(_ data: Data, to path: String) throws(FileError) {
        try WholeFile.write(data, to: path, mode: .exactly(0o600))
    }

    /// libpq's keywords for the sandbox.
    package var postgresKeywords: [String: String] {
        [
            "host": socketFolder, "port": "\(postgresPort)", "user": user, "dbname": database, "password": password,
            "sslmode": "disable",
        ]
    }

    /// How to reach the sandbox's Redis.
    package var redis: RedisConfiguration {
        RedisConfiguration(address: .unix(path: redisSocket), password: redisPassword)
    }

    /// The variables that psql, redis-cli, the backend and rssctl itself understand; the password stays in its file.
    package var environment: [(name: String, value: String)] {
        [
            ("PGHOST", socketFolder), ("PGPORT", "\(postgresPort)"), ("PGUSER", user), ("PGDATABASE", database),
            ("PGPASSFILE", passwordFile), ("REDIS_HOST", "127.0.0.1"), ("REDIS_PORT", "\(redisPort)"),
            ("REDIS_PASSWORD", redisPassword),
        ]
    }
}
