/// The primaries of a Redis Cluster, as one service: each command goes to the node that has its key.
///
/// A pipeline is taken apart by node, the parts are sent at once, and what a node answers with `MOVED`, `ASK` or `TRYAGAIN`
/// is sent again, and nothing else of it. After a `MOVED` the map of the slots is read again. A node that is lost is an error;
/// ``recover(from:)`` then makes the next command ask the others for the map.
package actor RedisCluster: RedisService {
    /// How the cluster is reached.
    package nonisolated let configuration: RedisConfiguration
    /// Who can be asked for the map: the nodes of the configuration and those that they named, a lost one last.
    private var guides: [RedisServerAddress]
    private var map = SlotMap()
    private var connections: [RedisServerAddress: RedisConnection] = [:]

    /// How often a command is sent again to another node.
    private static let mostRounds = 16

    /// Makes the service; the first command connects.
    ///
    /// - Throws: ``RedisError/invalidConfiguration(_:)``: a cluster has one database.
    package init(_ configuration: RedisConfiguration) throws(RedisError) {
        switch configuration.address {
        case .cluster(let nodes): guides = nodes
        case .tcp(let host, let port): guides = [RedisServerAddress(host: host, port: port)]
        case .unix, .sentinel: throw .invalidConfiguration("the nodes of a cluster are named by host and port")
        }
        guard configuration.database == 0 else {
            throw .invalidConfiguration(
                "a cluster has database 0 alone, and database \(configuration.database) is asked for")
        }
        self.configuration = configuration
    }

    /// Sends a command to the node of its key, or to any node where it has none.
    @discardableResult
    package func send(_ command: RedisCommand, timeout: Duration?) async throws -> RedisValue {
        if command.key == nil {
            let node = try await primary(0)
            return try await connection(to: node).send(command, timeout: timeout)
        }
        let reply = try await replies(to: [command])[0]
        if let error = reply.error { throw RedisError.server(error) }
        return reply
    }

    package func replies(to commands: [RedisCommand]) async throws -> [RedisValue] {
        if commands.isEmpty { return [] }
        var replies = [RedisValue](repeating: .null, count: commands.count)
        var pending = Array(commands.indices)
        // Where a node sent single commands to, without having given up the slot.
        var asked: [Int: RedisServerAddress] = [:]
        for round in 0... {
            var parts: [RedisServerAddress: [Int]] = [:]
            for index in pending {
                let node = if let place = asked[index] { place } else { try await self.node(of: commands[index]) }
                parts[node, default: []].append(index)
            }
            var again: [Int] = []
            var next: [Int: RedisServerAddress] = [:]
            var moved: [Redirection] = []
            var isUnstable = false
            for (node, index, reply) in try await exchange(parts, commands, Set(asked.keys)) {
                replies[index] = reply
                guard let error = reply.error, round < Self.mostRounds else { continue }
                if let redirection = Redirection(error, from: node) {
                    if error.code == .moved {
                        moved.append(redirection)
                    } else {
                        next[index] = redirection.server
                    }
                } else if error.code == .tryAgain {
                    isUnstable = true
                } else {
                    continue
                }
                again.append(index)
            }
            if !moved.isEmpty { try await follow(moved) }
            if isUnstable || round > 2 { try await Task.sleep(for: .milliseconds(25 * (round + 1))) }
            // In their order, so that two commands on one key keep theirs.
            pending = again.sorted()
            asked = next
            if pending.isEmpty { break }
        }
        return replies
    }

    package func primaries() async throws -> [any RedisCommands] {
        try await loadMap()
        var servers: [any RedisCommands] = []
        for node in map.primaries { servers.append(try await connection(to: node)) }
        return servers
    }

    /// Where the primaries are.
    ///
    /// - Throws: ``RedisError``, `CancellationError`.
    func addresses() async throws -> [RedisServerAddress] {
        try await loadMap()
        return map.primaries
    }

    /// Removes keys, each by a command of its own, because they are in many slots.
    package func remove(_ keys: [RedisArgument]) async throws -> Int {
        try await replies(to: keys.map { .unlink([$0]) }).reduce(0) { sum, reply in
            if let error = reply.error { throw RedisError.server(error) }
            return sum + Int(reply.integer ?? 0)
        }
    }

    package func recover(from error: RedisError) async -> Bool {
        guard error.mayFailOver else { return false }
        await close()
        map = SlotMap()
        return true
    }

    package func close() async {
        for connection in connections.values { await connection.close() }
        connections = [:]
    }

    // MARK: Nodes

    private func node(of command: RedisCommand) async throws -> RedisServerAddress {
        guard let key = command.key else { return try await primary(0) }
        try await loadMap()
        guard let node = map[HashSlot.of(key)] else {
            throw RedisError.server(RedisServerError(answer: "CLUSTERDOWN Hash slot not served"))
        }
        return node
    }

    private func primary(_ index: Int) async throws -> RedisServerAddress {
        try await loadMap()
        guard map.primaries.indices.contains(index) else {
            throw RedisError.server(RedisServerError(answer: "CLUSTERDOWN Hash slot not served"))
        }
        return map.primaries[index]
    }

    /// Asks the nodes one after the other which has which slots, unless that is known.
    private func loadMap() async throws {
        guard map.primaries.isEmpty else { return }
        var failure: RedisError?
        for guide in guides {
            do {
                try await loadMap(from: guide)
                if !map.primaries.isEmpty { return }
                failure = .server(RedisServerError(answer: "CLUSTERDOWN Hash slot not served"))
            } catch let error as RedisError where error.mayFailOver {
                connections[guide] = nil
                guides.removeAll { $0 == guide }
                guides.append(guide)
                failure = error
            }
        }
        throw failure ?? RedisError.invalidConfiguration("no node of the cluster is named")
    }

    private func loadMap(from node: RedisServerAddress) async throws {
        let reply = try await connection(to: node).send(["CLUSTER", "SLOTS"], isIdempotent: true)
        map = try SlotMap(reply, from: node)
        guides += map.nodes.filter { !guides.contains($0) }
    }

    /// Reads the map again, because a slot seldom moves alone: from the node that the first of them moved to, which is the first
    /// to know. Where its map is older than what the nodes answered, their answers count.
    private func follow(_ moved: [Redirection]) async throws {
        try await loadMap(from: moved[0].server)
        for redirection in moved { map.move(redirection.slot, to: redirection.server) }
    }

    private func connection(to node: RedisServerAddress) async throws -> RedisConnection {
        if let known = connections[node], await known.isOpen { return known }
        let fresh = try await RedisConnection.connect(configuration, to: .tcp(host: node.host, port: node.port))
        // Two callers may have connected at once: the first keeps its place.
        if let known = connections[node], await known.isOpen {
            await fresh.close()
            return known
        }
        connections[node] = fresh
        return fresh
    }

    /// Sends each node its part, all at once.
    private func exchange(
        _ parts: [RedisServerAddress: [Int]], _ commands: [RedisCommand], _ asked: Set<Int>
    ) async throws -> [(node: RedisServerAddress, index: Int, reply: RedisValue)] {
        var links: [(node: RedisServerAddress, connection: RedisConnection, indices: [Int])] = []
        for (node, indices) in parts { links.append((node, try await connection(to: node), indices)) }
        return try await withThrowingTaskGroup(of: [(node: RedisServerAddress, index: Int, reply: RedisValue)].self) {
            group in
            for (node, connection, indices) in links {
                group.addTask {
                    // ASKING is for the one command after it.
                    let own = indices.flatMap { index in
                        asked.contains(index) ? [RedisCommand(["ASKING"]), commands[index]] : [commands[index]]
                    }
                    var replies = try await connection.replies(to: own)[...]
                    return indices.map { index in
                        if asked.contains(index) { replies.removeFirst() }
                        return (node, index, replies.removeFirst())
                    }
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
    }
}
