import Foundation
import TestSupport
import Testing

@testable import RedisClient

@Suite struct HashSlotTests {
    @Test func `slots are those of the specification`() {
        #expect(HashSlot.crc16("123456789".utf8) == 0x31C3)
        #expect(HashSlot.of("foo") == 12_182 && HashSlot.of("somekey") == 11_058)
        #expect(HashSlot.of("{user1000}.following") == HashSlot.of("{user1000}.followers"))
        #expect(HashSlot.of("foo{}{bar}") == Int(HashSlot.crc16("foo{}{bar}".utf8)) % 16_384)
        #expect(HashSlot.of("foo{{bar}}zap") == HashSlot.of("{bar"))
        #expect(HashSlot.of("foo{bar}{zap}") == HashSlot.of("bar") && HashSlot.of("") == 0)
    }

    @Test func `the key of a command is where it stands`() {
        for (words, key): ([RedisArgument], RedisArgument?) in [
            (["GET", "a"], "a"), (["EVAL", "return 1", "1", "k", "v"], "k"), (["EVAL", "return 1", "0"], nil),
            (["MEMORY", "USAGE", "m"], "m"), (["OBJECT", "FREQ", "o"], "o"), (["INFO"], nil), (["UNLINK"], nil),
        ] {
            #expect(RedisCommand(words).key == key, "\(words)")
        }
    }

    @Test func `redirections and maps are read`() throws {
        let node = RedisServerAddress(host: "a", port: 1)
        let moved = Redirection(RedisServerError(answer: "MOVED 3999 127.0.0.1:6381"), from: node)
        #expect(moved?.slot == 3999 && moved?.server == .init(host: "127.0.0.1", port: 6381))
        #expect(Redirection(RedisServerError(answer: "ASK 1 :6381"), from: node)?.server.host == "a")
        #expect(Redirection(RedisServerError(answer: "ASK 1 2001:db8::1:7"), from: node)?.server.host == "2001:db8::1")
        for wrong in ["MOVED", "MOVED x a:1", "MOVED 16384 a:1", "MOVED 1 a", "ERR 1 a:1"] {
            #expect(Redirection(RedisServerError(answer: wrong), from: node) == nil, "\(wrong)")
        }
        func range(_ first: Int64, _ last: Int64, _ host: RedisValue, _ port: Int64) -> RedisValue {
            .array([.integer(first), .integer(last), .array([host, .integer(port), .bulk([])])])
        }
        let map = try SlotMap(
            .array([range(0, 9, .null, 7000), range(10, 10, .bulk(Array("b".utf8)), 7001), range(11, 12, .null, 7000)]),
            from: node)
        #expect(map.primaries == [.init(host: "a", port: 7000), .init(host: "b", port: 7001)])
        #expect(map[0]?.port == 7000 && map[10]?.host == "b" && map[12]?.port == 7000 && map[13] == nil)
        for wrong in [RedisValue.null, .array([range(0, 16_384, .null, 1)]), .array([range(5, 4, .null, 1)])] {
            #expect(throws: RedisError.self) { try SlotMap(wrong, from: node) }
        }
    }
}

extension RedisSerial {
    @Suite struct ClusterTests {
        private static let servers = Task { try await ClusterServers() }

        private func open(_ url: String) throws -> RedisCluster {
            var configuration = try RedisConfiguration(url: url)
            configuration.connectTimeout = patience
            return try RedisCluster(configuration)
        }

        @Test func `a pipeline goes to all nodes, and its replies come in order`() async throws {
            let servers = try await Self.servers.value
            let cluster = try open(servers.url)
            let keys = (0..<3000).map { RedisArgument("order:\($0)") }
            let replies = try await cluster.replies(
                to: keys.enumerated().map { .set($1, RedisArgument($0), expiry: .seconds(100)) })
            #expect(replies.allSatisfy { $0.isOK })
            let values = try await cluster.replies(to: keys.map { .get($0) })
            #expect(values.map(\.integer) == (0..<3000).map { Int64($0) })
            var counts: [Int] = []
            for server in try await cluster.primaries() {
                counts.append(Int(try await server.send(["DBSIZE"], isIdempotent: true).integer ?? 0))
            }
            #expect(counts.count == 3 && counts.reduce(0, +) == 3000 && counts.allSatisfy { $0 > 500 })
            #expect(try await cluster.remove(keys + ["order:none"]) == 3000)
            await cluster.close()
        }

        @Test func `only what a node sends on is sent again`() async throws {
            let servers = try await ClusterServers()
            let cluster = try open(servers.url)
            let keys = (0..<400).map { RedisArgument("move:\($0)") }
            func write(_ value: String) async throws -> [RedisValue] {
                try await cluster.replies(to: keys.map { .set($0, RedisArgument(value), expiry: .seconds(100)) })
            }
            #expect(try await write("1").allSatisfy { $0.isOK })
            // Half-moved: the key that exists stays, and one of the same slot that does not is asked for at the target.
            let slot = HashSlot.of(keys[0])
            let target = (servers.owner(of: slot) + 1) % 3
            let absent = RedisArgument("{move:0}:absent")
            try await servers.beginMove(slot, to: target)
            #expect(try await cluster.set(absent, "new", expiry: .seconds(100)))
            let there = try await servers.nodes[target].connect()
            #expect(try await there.send(["CLUSTER", "COUNTKEYSINSLOT", RedisArgument(slot)]).integer == 1)
            #expect(try await cluster.get(absent) == Array("new".utf8))
            #expect(try await cluster.get(keys[0]) == Array("1".utf8))
            // Two keys of the slot on two nodes: neither can answer for both, until the move ends.
            let both = Task {
                try await cluster.replies(to: [RedisCommand(["EXISTS", keys[0], absent], isIdempotent: true)])
            }
            try await servers.endMove(slot, to: target)
            #expect(try await both.value.map(\.integer) == [2])
            // The map is stale: one command of 400 is sent again.
            let sets = try await calls(servers)
            #expect(try await write("2").allSatisfy { $0.isOK })
            #expect(try await calls(servers) == sets + 400)
            #expect(try await there.send(["GET", keys[0]]) == .bulk(Array("2".utf8)))
            await there.close()
            await cluster.close()
        }

        @Test func `one command that is sent on brings the whole map up to date`() async throws {
            let servers = try await ClusterServers()
            let cluster = try open(servers.url)
            let keys: [RedisArgument] = ["{a}:1", "{a}:2", "{a}:3"]
            for key in keys { #expect(try await cluster.set(key, "1", expiry: .seconds(100))) }
            let others = (0..<200).map { RedisArgument("other:\($0)") }.filter {
                servers.owner(of: HashSlot.of($0)) == servers.owner(of: HashSlot.of(keys[0]))
            }
            let slots = Set(others.prefix(5).map { HashSlot.of($0) } + [HashSlot.of(keys[0])])
            let source = servers.owner(of: HashSlot.of(keys[0]))
            for slot in slots {
                try await servers.beginMove(slot, to: (source + 1) % 3)
                try await servers.endMove(slot, to: (source + 1) % 3)
            }
            #expect(try await cluster.get(keys[0]) == Array("1".utf8))
            for key in others.prefix(5) { #expect(try await cluster.get(key) == nil) }
            let connection = try await servers.nodes[source].connect()
            let text = try #require(try await connection.info("commandstats")["cmdstat_get"])
            #expect(text.contains("rejected_calls=1,"), "\(text)")
            await connection.close()
            await cluster.close()
        }

        @Test func `a node that is lost is asked for no map where others are known`() async throws {
            let servers = try await ClusterServers()
            let cluster = try open("redis://127.0.0.1:\(servers.nodes[0].port)")
            #expect(try await cluster.addresses().count == 3)
            servers.nodes[0].stop()
            #expect(await cluster.recover(from: .connectionLost("stopped")))
            #expect(try await cluster.addresses().count == 3)
            await cluster.close()
        }

        /// How often the nodes carried out SET; one that they send on is rejected.
        private func calls(_ servers: ClusterServers) async throws -> Int {
            var sum = 0
            for node in servers.nodes {
                let connection = try await node.connect()
                let text = try await connection.info("commandstats")["cmdstat_set"] ?? "calls=0,"
                sum += Int(text.dropFirst(6).prefix { $0 != "," }) ?? 0
                await connection.close()
            }
            return sum
        }

        @Test func `a lock is held in a cluster, and a lost node is an error that can be recovered from`() async throws
        {
            let servers = try await ClusterServers()
            let configuration = try RedisConfiguration(url: servers.url)
            let lock = RedisLock(key: "lock:cluster", token: "us")
            let isHeld = try await lock.hold(on: configuration) {
                let cluster = try RedisCluster(configuration)
                let holder = try await cluster.get("lock:cluster")
                await cluster.close()
                return holder == Array("us".utf8)
            }
            #expect(isHeld)
            let cluster = try open(servers.url)
            #expect(try await cluster.get("lock:cluster") == nil)
            servers.nodes[servers.owner(of: HashSlot.of("lock:cluster"))].stop()
            let failure = await #expect(throws: RedisError.self) { try await cluster.get("lock:cluster") }
            #expect(failure?.isConnectivity == true)
            #expect(await cluster.recover(from: try #require(failure)))
            #expect(await cluster.recover(from: .protocolViolation("x")) == false)
        }

        @Test func `an address of nodes is read, and has database 0 alone`() throws {
            let configuration = try RedisConfiguration(url: "rediss://me:secret@a:7000,b,[2001:db8::1]:7001/0")
            #expect(
                configuration.address
                    == .cluster([
                        .init(host: "a", port: 7000), .init(host: "b", port: 6379),
                        .init(host: "2001:db8::1", port: 7001),
                    ]))
            #expect("\(configuration)" == "rediss://me@a:7000,b:6379,[2001:db8::1]:7001/0")
            let wrong = try RedisConfiguration(url: "redis://a,b/2")
            let failure = #expect(throws: RedisError.self) { try RedisCluster(wrong) }
            #expect("\(try #require(failure))".contains("database 0 alone"))
            #expect(throws: RedisError.self) { try RedisConfiguration(url: "redis://a,,b") }
        }
    }
}
