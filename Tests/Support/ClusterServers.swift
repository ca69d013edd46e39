import Foundation
import RedisClient

/// Three nodes of a Redis Cluster, each with a third of the slots. They die with this process.
package struct ClusterServers: Sendable {
    package let nodes: [RedisServer]

    /// Starts them, and waits until each knows all slots.
    package init() async throws {
        var nodes: [RedisServer] = []
        for _ in 0..<3 {
            nodes.append(
                try await RedisServer(
                    [
                        "--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout",
                        "2000",
                    ], port: Self.freePort()))
        }
        self.nodes = nodes
        for (index, node) in nodes.enumerated() {
            let connection = try await node.connect()
            let bounds = [0, 5461, 10_923, 16_384]
            try await connection.send([
                "CLUSTER", "ADDSLOTSRANGE", RedisArgument(bounds[index]), RedisArgument(bounds[index + 1] - 1),
            ])
            try await connection.send(["CLUSTER", "MEET", "127.0.0.1", RedisArgument(nodes[0].port)])
            await connection.close()
        }
        let isReady = try await eventually {
            for node in nodes {
                let connection = try await node.connect()
                let state = try await connection.send(["CLUSTER", "INFO"]).string ?? ""
                let ranges = try await connection.send(["CLUSTER", "SLOTS"]).elements?.count
                await connection.close()
                if !state.contains("cluster_state:ok") || ranges != 3 { return false }
            }
            return true
        }
        guard isReady else { throw RedisServer.NotStarted(log: "the nodes did not become a cluster") }
    }

    /// A port on which nothing listens: nodes speak to each other on the port 10,000 above it.
    private static func freePort() throws -> UInt16 {
        while true {
            let port = try RedisServer.freePort()
            if port < 55_000 { return port }
        }
    }

    /// The address of the cluster.
    package var url: String {
        "redis://" + nodes.map { "127.0.0.1:\($0.port)" }.joined(separator: ",")
    }

    /// The node that has a slot, by its own map.
    package func owner(of slot: Int) -> Int { slot < 5461 ? 0 : slot < 10_923 ? 1 : 2 }

    /// Begins to move a slot: keys that exist stay, and others are asked for at the target.
    package func beginMove(_ slot: Int, to target: Int) async throws {
        let source = owner(of: slot)
        let (from, to) = (try await nodes[source].connect(), try await nodes[target].connect())
        let ids = (try await from.send(["CLUSTER", "MYID"]).bytes, try await to.send(["CLUSTER", "MYID"]).bytes)
        let slot = RedisArgument(slot)
        try await to.send(["CLUSTER", "SETSLOT", slot, "IMPORTING", RedisArgument(ids.0 ?? [])])
        try await from.send(["CLUSTER", "SETSLOT", slot, "MIGRATING", RedisArgument(ids.1 ?? [])])
        await from.close()
        await to.close()
    }

    /// Moves the keys that are left, and gives the slot to the target.
    package func endMove(_ slot: Int, to target: Int) async throws {
        let from = try await nodes[owner(of: slot)].connect()
        let to = try await nodes[target].connect()
        let name = RedisArgument(slot)
        while let keys = try await from.send(["CLUSTER", "GETKEYSINSLOT", name, "100"]).elements, !keys.isEmpty {
            for key in keys {
                try await from.send([
                    "MIGRATE", "127.0.0.1", RedisArgument(nodes[target].port), RedisArgument(key.bytes ?? []), "0",
                    "5000",
                ])
            }
        }
        let id = RedisArgument(try await to.send(["CLUSTER", "MYID"]).bytes ?? [])
        let command = RedisCommand(["CLUSTER", "SETSLOT", name, "NODE", id])
        for connection in [to, from] { try await connection.send(command) }
        // As redis-cli does: a primary whose former owner of the slot has the higher epoch would not believe the new one.
        for node in nodes where node.port != nodes[target].port {
            let other = try await node.connect()
            try await other.send(command)
            await other.close()
        }
        await from.close()
        await to.close()
    }
}
