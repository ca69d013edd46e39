/// One connection to a Redis server.
///
/// Its work runs on a thread of its own, so that waiting for the server never delays other tasks. A connection on
/// which a command timed out, was cancelled or broke is lost, because its replies no longer match its commands; from
/// then on everything throws ``RedisError/connectionLost(_:)``. ``RedisClient`` is the one that connects again.
///
/// ```swift
/// let redis = try await RedisConnection.connect(RedisConfiguration(url: "redis://cache.example.com/0"))
/// try await redis.set("reports:x", "{}", expiry: .seconds(300))
/// ```
package actor RedisConnection {
    private let executor = QueueExecutor(label: "rssctl.redis")
    /// The thread of this connection.
    package nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// What the connection was made with.
    package nonisolated let configuration: RedisConfiguration
    let wakeUp: WakeUp
    var link: Link?
    var isPipelining = false
    private var lossReason = "not connected"

    /// The server: that of the configuration, or the one that Sentinels named.
    package nonisolated let address: RedisConfiguration.Address

    private init(_ configuration: RedisConfiguration, _ address: RedisConfiguration.Address) throws(RedisError) {
        self.configuration = configuration
        self.address = address
        wakeUp = try WakeUp()
    }

    /// Connects, agrees on TLS, authenticates, selects the database and names the connection, all within the connect
    /// timeout. Sentinels are asked which server is the primary, and again while there is none.
    ///
    /// Throws ``RedisError``, and `CancellationError` as soon as the task is cancelled.
    package static func connect(_ configuration: RedisConfiguration) async throws -> RedisConnection {
        guard case .sentinel(let servers, let name) = configuration.address else {
            return try await connect(configuration, to: configuration.address)
        }
        return try await Sentinels(servers: servers, name: name, configuration: configuration).connect()
    }

    /// Connects to a server that the configuration leads to.
    static func connect(
        _ configuration: RedisConfiguration, to address: RedisConfiguration.Address
    ) async throws -> RedisConnection {
        let connection = try RedisConnection(configuration, address)
        let cancellation = Cancellation(connection.wakeUp)
        try await withTaskCancellationHandler {
            try await connection.open(cancellation)
        } onCancel: {
            cancellation.cancel()
        }
        return connection
    }

    /// Sends a command and waits for its reply.
    ///
    /// - Parameter timeout: The longest time without a byte moving, where it is not that of the configuration.
    /// - Throws: ``RedisError``; ``RedisError/server(_:)`` when the reply is an error, after which the connection is
    /// as good as before. `CancellationError` as soon as the task is cancelled.
    @discardableResult
    package func send(_ command: RedisCommand, timeout: Duration? = nil) async throws -> RedisValue {
        let cancellation = Cancellation(wakeUp)
        return try await withTaskCancellationHandler {
            try exchange(command, timeout: timeout ?? configuration.commandTimeout, cancellation)
        } onCancel: {
            cancellation.cancel()
        }
    }

    /// Whether the connection can still be used, as far as is known without asking the server.
    package var isOpen: Bool {
        if let link, !isPipelining, link.isEnded { lose("closed by the server") }
        return link != nil
    }

    /// Closes the connection; replies that are on their way are lost.
    package func close() { lose("closed") }

    private func open(_ cancellation: Cancellation) throws {
        let host = if case .tcp(let host, _) = address { host } else { "" }
        let deadline = Deadline(in: configuration.connectTimeout, for: "connecting to \(address.text)")
        let tls = try configuration.tls.map { try TLSSession($0, host: host) }
        let socket = try Socket.connect(
            to: address, until: deadline, wakeUp: wakeUp, cancellation: cancellation)
        let link = try Link(socket, tls: tls, wakeUp: wakeUp)
        try link.handshake(until: deadline, cancellation: cancellation)
        for command in configuration.greeting {
            try link.enqueue(command.arguments)
            if let error = try reply(on: link, until: deadline, cancellation).error {
                // A server that knows no CLIENT SETNAME, or forbids it, serves as well.
                if command.name != "CLIENT" { throw RedisError.server(error) }
            }
        }
        self.link = link
    }

    private func exchange(
        _ command: RedisCommand, timeout: Duration, _ cancellation: Cancellation
    ) throws -> RedisValue {
        let link = try claim()
        guard !command.arguments.isEmpty else { throw RedisError.invalidConfiguration("a command without a name") }
        // Nothing has been sent yet: the connection stays as good as it is.
        if cancellation.isCancelled { throw CancellationError() }
        do {
            try link.enqueue(command.arguments)
            var waiting = Deadline(in: timeout, for: command.name)
            while true {
                if let reply = try link.nextReply() {
                    if let error = reply.error { throw RedisError.server(error) }
                    return reply
                }
                try link.step(until: waiting, cancellation: cancellation)
                waiting = Deadline(in: timeout, for: command.name)
            }
        } catch let error as RedisError where error.serverError != nil {
            throw error
        } catch {
            lose("\(error)")
            throw error
        }
    }

    private func reply(on link: Link, until deadline: Deadline, _ cancellation: Cancellation) throws -> RedisValue {
        while true {
            if let reply = try link.nextReply() { return reply }
            try link.step(until: deadline, cancellation: cancellation)
        }
    }

    /// The link for a command; throws when it is lost or in use by a pipeline.
    func claim() throws(RedisError) -> Link {
        if isPipelining { throw .connectionBusy }
        guard let link else { throw .connectionLost(lossReason) }
        return link
    }

    /// Drops the connection.
    func lose(_ reason: String) {
        if link != nil { lossReason = reason }
        link = nil
    }
}

extension RedisConfiguration {
    /// The first commands on a new connection.
    var greeting: [RedisCommand] {
        var commands: [RedisCommand] = []
        if let password {
            let user = username.map { [RedisArgument($0)] } ?? []
            commands.append(RedisCommand(["AUTH"] + user + [RedisArgument(password)]))
        }
        if database != 0 { commands.append(RedisCommand(["SELECT", RedisArgument(database)])) }
        if let clientName {
            // Redis allows the printable ASCII characters but the blank.
            let name = String(
                String.UnicodeScalarView(clientName.unicodeScalars.map { (0x21...0x7E).contains($0.value) ? $0 : "-" }))
            commands.append(RedisCommand(["CLIENT", "SETNAME", RedisArgument(name)]))
        }
        return commands
    }
}
