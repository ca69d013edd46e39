import RSSModel

/// Keeps a connection and makes a new one when it is lost. A server that is still loading its data is asked again. Behind
/// Sentinels they are asked for the primary again, also when the server has become a replica.
///
/// A command that could not be sent is sent on a new connection. One that was sent and not answered is sent again
/// only when it is idempotent; otherwise the error goes to the caller, because it is not known whether it was carried
/// out. A pipeline is never repeated.
package actor RedisClient: RedisCommands {
    /// What connections are made with.
    package nonisolated let configuration: RedisConfiguration
    /// How long a lost connection is tried again.
    package nonisolated let retry: RetryPolicy
    private var current: RedisConnection?

    /// Makes a client; the first command connects.
    package init(_ configuration: RedisConfiguration, retry: RetryPolicy = RetryPolicy()) {
        self.configuration = configuration
        self.retry = retry
    }

    /// Sends a command, on a new connection where need be.
    ///
    /// Throws ``RedisError`` of the last attempt, `CancellationError` when cancelled.
    @discardableResult
    package func send(_ command: RedisCommand, timeout: Duration?) async throws -> RedisValue {
        try await attempting { connection, isSent in
            isSent = !command.isIdempotent
            return try await connection.send(command, timeout: timeout)
        }
    }

    /// Runs a pipeline (see ``RedisConnection``) on a connection that is up; what fails during it is not repeated.
    @discardableResult
    package func pipeline<Commands: AsyncSequence & Sendable>(
        _ commands: Commands, window: Int = 128, onReply: @escaping @Sendable (Int, RedisValue) throws -> Void
    ) async throws -> Int where Commands.Element == RedisCommand {
        try await living().pipeline(commands, window: window, onReply: onReply)
    }

    /// A connection that answers: an idle one may have been dropped without our knowing, and a pipeline must not detect it
    /// half-way.
    func living() async throws -> RedisConnection {
        try await attempting { connection, _ in
            try await connection.ping()
            return connection
        }
    }

    /// Closes the connection; the next command makes a new one.
    package func close() async {
        let connection = current
        current = nil
        await connection?.close()
    }

    /// Attempts until it works, the error is not transient, or the budget is spent.
    ///
    /// The body sets its flag when its failure must not lead to another attempt.
    private func attempting<T: Sendable>(
        _ body: (RedisConnection, _ isSent: inout Bool) async throws -> T
    ) async throws -> T {
        var mayRepeat = false
        return try await retry.run { _ in
            mayRepeat
        } _: {
            var isSent = false
            mayRepeat = false
            do {
                return try await body(try await connection(), &isSent)
            } catch let error as RedisError {
                let isReplaced = await recover(from: error)
                // What a server answered that is not ready, or a replica, was not carried out.
                mayRepeat = error.isConnectivity ? !isSent : error.isTransient || isReplaced
                throw error
            }
        }
    }

    private func connection() async throws -> RedisConnection {
        if let current, await current.isOpen { return current }
        let fresh = try await RedisConnection.connect(configuration)
        // Two callers may have connected at once: the first keeps its place.
        if let current, await current.isOpen {
            await fresh.close()
            return current
        }
        current = fresh
        return fresh
    }
}
