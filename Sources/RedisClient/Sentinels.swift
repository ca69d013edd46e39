/// Sentinels, which know where the primary of a name is (Redis documentation, "Guidelines for Redis clients with support for
/// Redis Sentinel").
struct Sentinels {
    let servers: [RedisServerAddress]
    let name: String
    let configuration: RedisConfiguration

    /// A connection to the primary. While there is none, as in a failover, they are asked again until the connect timeout
    /// is over.
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    func connect() async throws -> RedisConnection {
        let end = ContinuousClock.now + configuration.connectTimeout
        var pause = Duration.milliseconds(50)
        while true {
            let failure: RedisError
            do {
                let primary = try await primary(until: end)
                var own = configuration
                own.connectTimeout = max(end - .now, .milliseconds(50))
                let connection = try await RedisConnection.connect(
                    own, to: .tcp(host: primary.host, port: primary.port))
                if try await isPrimary(connection) { return connection }
                await connection.close()
                failure = .unreachable(
                    "\(primary) is a replica, and the Sentinels still name it as the primary \(name)")
            } catch let error as RedisError where error.isConnectivity {
                failure = error
            }
            guard ContinuousClock.now + pause < end else { throw failure }
            try await Task.sleep(for: pause)
            pause = min(pause * 2, .seconds(1))
        }
    }

    /// Where the primary is, by the first Sentinel that knows it.
    private func primary(until end: ContinuousClock.Instant) async throws -> RedisServerAddress {
        var unreachable: [String] = []
        var ignorant: [RedisServerAddress] = []
        for (index, server) in servers.enumerated() {
            // One that does not answer leaves time for those after it.
            let share = (end - .now) / (servers.count - index + 1)
            do {
                if let primary = try await ask(server, within: max(share, .milliseconds(50))) { return primary }
                ignorant.append(server)
            } catch let error as RedisError where error.isConnectivity {
                unreachable.append("\(error)")
            }
        }
        if ignorant.isEmpty {
            throw RedisError.unreachable("no Sentinel answers: \(unreachable.joined(separator: "; "))")
        }
        throw RedisError.invalidConfiguration("the Sentinel \(ignorant[0]) knows no primary named \(name)")
    }

    /// What a Sentinel says: with the password of the primary only where it asks for one.
    private func ask(_ server: RedisServerAddress, within limit: Duration) async throws -> RedisServerAddress? {
        var own = RedisConfiguration(
            tls: configuration.tls, connectTimeout: limit, commandTimeout: min(limit, configuration.commandTimeout),
            clientName: configuration.clientName)
        do {
            return try await ask(server, own)
        } catch let error as RedisError where error.serverError?.code == .noAuthentication {
            own.username = configuration.username
            own.password = configuration.password
            return try await ask(server, own)
        }
    }

    private func ask(
        _ server: RedisServerAddress, _ own: RedisConfiguration
    ) async throws -> RedisServerAddress? {
        let sentinel = try await RedisConnection.connect(own, to: .tcp(host: server.host, port: server.port))
        let reply: RedisValue
        do {
            reply = try await sentinel.send(["SENTINEL", "GET-MASTER-ADDR-BY-NAME", RedisArgument(name)])
        } catch {
            await sentinel.close()
            throw error
        }
        await sentinel.close()
        guard let words = reply.elements?.map(\.string), words.count == 2, let host = words[0],
            let port = words[1].flatMap({ UInt16($0) })
        else { return nil }
        return RedisServerAddress(host: host, port: port)
    }

    /// Whether a server is a primary by its own word; one that may not be asked is believed to be what the Sentinels say.
    private func isPrimary(_ connection: RedisConnection) async throws -> Bool {
        do {
            return try await connection.send(["ROLE"]).elements?.first?.string == "master"
        } catch let error as RedisError where error.serverError?.code == .noPermission {
            return true
        } catch {
            await connection.close()
            throw error
        }
    }
}
