import RSSModel
import Synchronization

/// What commands are sent to: a server, or those that take each other's place.
package protocol RedisService: RedisCommands {
    /// How it is reached.
    nonisolated var configuration: RedisConfiguration { get }

    /// The replies to many commands, in their order; errors of the server are among them.
    ///
    /// - Throws: ``RedisError`` when a connection is lost, `CancellationError`.
    func replies(to commands: [RedisCommand]) async throws -> [RedisValue]

    /// The servers that hold keys of their own, for what is asked of each of them: `SCAN`, `INFO`.
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    func primaries() async throws -> [any RedisCommands]

    /// Removes keys (`UNLINK`); the number of those that existed.
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    func remove(_ keys: [RedisArgument]) async throws -> Int

    /// Forgets a server that an error shows to be lost or no primary any more.
    ///
    /// - Returns: whether another can take its place, so that the work can be begun again.
    func recover(from error: RedisError) async -> Bool

    /// Closes all connections.
    func close() async
}

extension RedisService {
    package func remove(_ keys: [RedisArgument]) async throws -> Int { try await unlink(keys) }
}

extension RedisService {
    /// What each server says of itself (`INFO`).
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    package func infos(_ section: String? = nil) async throws -> [[String: String]] {
        var infos: [[String: String]] = []
        for server in try await primaries() { infos.append(try await server.info(section)) }
        return infos
    }
}

extension RedisConfiguration {
    /// The configuration of each server that holds keys of its own, as it is now: what is done to a primary is undone on the
    /// same server, whichever the Sentinels name by then.
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    package func servers() async throws -> [RedisConfiguration] {
        switch address {
        case .tcp, .unix: return [self]
        case .sentinel:
            let connection = try await RedisConnection.connect(self)
            await connection.close()
            return [at(connection.address)]
        case .cluster:
            let cluster = try RedisCluster(self)
            do {
                let nodes = try await cluster.addresses()
                await cluster.close()
                return nodes.map { at(.tcp(host: $0.host, port: $0.port)) }
            } catch {
                await cluster.close()
                throw error
            }
        }
    }

    private func at(_ address: Address) -> RedisConfiguration {
        var own = self
        own.address = address
        return own
    }

    /// What commands are sent to; connected by the first of them.
    ///
    /// - Throws: ``RedisError/invalidConfiguration(_:)``.
    package func service(retry: RetryPolicy = RetryPolicy()) throws(RedisError) -> any RedisService {
        if case .cluster = address { return try RedisCluster(self) }
        return RedisClient(self, retry: retry)
    }
}

extension RedisConnection: RedisService {
    package func replies(to commands: [RedisCommand]) async throws -> [RedisValue] {
        if commands.isEmpty { return [] }
        let replies = Mutex<[RedisValue]>([])
        try await pipeline(commands) { _, reply in replies.withLock { $0.append(reply) } }
        return replies.withLock { $0 }
    }

    package func primaries() -> [any RedisCommands] { [self] }

    /// A connection is with one server.
    package func recover(from error: RedisError) -> Bool { false }
}

extension RedisClient: RedisService {
    package func replies(to commands: [RedisCommand]) async throws -> [RedisValue] {
        commands.isEmpty ? [] : try await living().replies(to: commands)
    }

    package func primaries() -> [any RedisCommands] { [self] }

    package func recover(from error: RedisError) async -> Bool {
        guard error.mayFailOver, case .sentinel = configuration.address else { return false }
        await close()
        return true
    }
}

extension RedisError {
    /// Whether the server is lost, or does not serve as a primary for now: another may have taken its place.
    var mayFailOver: Bool {
        if isConnectivity { return true }
        return switch serverError?.code {
        case .readOnly, .loading, .masterDown, .clusterDown: true
        default: false
        }
    }
}
