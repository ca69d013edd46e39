import Foundation
import RedisClient

/// A Sentinel that watches a primary under the name `cache`, and replaces it half a second after it is gone. It dies with
/// this process.
package final class SentinelServer: Sendable {
    package let port: UInt16
    private let folder: URL
    private let shell: Process
    private let lifeline = Pipe()

    /// Starts it, and waits until it has found the replica of the primary.
    ///
    /// - Parameters:
    ///   - password: what it asks its own clients for.
    ///   - primaryPassword: what the primary asks for.
    package init(watching primary: UInt16, password: String? = nil, primaryPassword: String? = nil) async throws {
        port = try RedisServer.freePort()
        folder = URL(filePath: "/tmp/rsssentinel-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let settings = """
            port \(port)
            bind 127.0.0.1
            \(password.map { "requirepass \($0)" } ?? "")
            sentinel monitor cache 127.0.0.1 \(primary) 1
            sentinel down-after-milliseconds cache 500
            sentinel failover-timeout cache 3000
            \(primaryPassword.map { "sentinel auth-pass cache \($0)" } ?? "")
            """
        try Data(settings.utf8).write(to: folder.appending(path: "sentinel.conf"))
        shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = [
            "-c",
            "redis-server ./sentinel.conf --sentinel </dev/null >log 2>&1 & read _; kill -9 $!; cd / && rm -rf \"$OLDPWD\"",
        ]
        shell.currentDirectoryURL = folder
        shell.standardInput = lifeline
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
        let configuration = RedisConfiguration(
            address: .tcp(host: "127.0.0.1", port: port), password: password, connectTimeout: .seconds(1))
        let isReady = try await eventually {
            guard let sentinel = try? await RedisConnection.connect(configuration) else { return false }
            let replicas = try? await sentinel.send(["SENTINEL", "REPLICAS", "cache"]).elements
            await sentinel.close()
            return replicas?.isEmpty == false
        }
        guard isReady else {
            let log = try? String(contentsOf: folder.appending(path: "log"), encoding: .utf8)
            throw RedisServer.NotStarted(log: log ?? "no log")
        }
    }

    deinit { try? lifeline.fileHandleForWriting.close() }

    /// The address of its primary.
    package var url: String { "redis+sentinel://127.0.0.1:\(port)/cache" }

    /// Makes the replica the primary, although the primary is well.
    package func failOver(password: String? = nil) async throws {
        let sentinel = try await RedisConnection.connect(
            RedisConfiguration(address: .tcp(host: "127.0.0.1", port: port), password: password))
        // Until it has heard from the replica, it finds none that is suitable.
        let isAccepted = try await eventually {
            let replies = try await sentinel.replies(to: [RedisCommand(["SENTINEL", "FAILOVER", "cache"])])
            return replies[0].isOK
        }
        await sentinel.close()
        guard isAccepted else { throw RedisServer.NotStarted(log: "no replica is suitable for a failover") }
    }
}
