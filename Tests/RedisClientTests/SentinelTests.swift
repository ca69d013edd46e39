import Foundation
import RSSModel
import RedisClient
import TestSupport
import Testing

extension RedisSerial {
    @Suite struct SentinelTests {
        private struct Pair {
            let primary: RedisServer
            let replica: RedisServer

            init() async throws {
                primary = try await RedisServer()
                replica = try await RedisServer([
                    "--replicaof", "127.0.0.1 \(primary.port)", "--repl-diskless-sync-delay", "0",
                ])
            }
        }

        private func configuration(_ url: String, within limit: Duration = patience) throws -> RedisConfiguration {
            var configuration = try RedisConfiguration(url: url)
            configuration.connectTimeout = limit
            return configuration
        }

        @Test func `the primary is the one that Sentinels name, before a failover and after it`() async throws {
            let servers = try await Pair()
            let sentinel = try await SentinelServer(watching: servers.primary.port)
            // The first of them does not answer.
            let configuration = try configuration(
                "redis+sentinel://127.0.0.1:1,127.0.0.1:\(sentinel.port)/cache/2")
            let first = try await RedisConnection.connect(configuration)
            #expect(try await first.info("server")["tcp_port"] == "\(servers.primary.port)")
            try await first.set("key", "old")
            let client = RedisClient(configuration, retry: RetryPolicy(budget: patience))
            #expect(try await client.get("key") == Array("old".utf8))
            #expect(try await first.send(["WAIT", "1", "60000"]).integer == 1)
            servers.primary.stop()
            // The client asks the Sentinels until they have chosen.
            #expect(try await client.set("key", "new"))
            let second = try await RedisConnection.connect(configuration)
            #expect(try await second.info("server")["tcp_port"] == "\(servers.replica.port)")
            #expect(try await second.get("key") == Array("new".utf8))

            // The old primary comes back, and becomes a replica: it is never written to.
            let old = try await RedisServer(port: servers.primary.port)
            #expect(try await eventually { try await old.connect().info("replication")["role"] == "slave" })
            #expect(try await client.set("key", "newest"))
            let third = try await RedisConnection.connect(configuration)
            #expect(try await third.info("server")["tcp_port"] == "\(servers.replica.port)")
            #expect(try await third.get("key") == Array("newest".utf8))
        }

        @Test func `a primary that becomes a replica under a connection is left`() async throws {
            let servers = try await Pair()
            let sentinel = try await SentinelServer(watching: servers.primary.port)
            let client = RedisClient(try configuration(sentinel.url), retry: RetryPolicy(budget: patience))
            try await client.set("key", "1")
            try await sentinel.failOver()
            #expect(
                try await eventually { try await servers.primary.connect().info("replication")["role"] == "slave" })
            try await client.set("key", "2")
            #expect(try await client.info("server")["tcp_port"] == "\(servers.replica.port)")
        }

        @Test func `a password is given to a Sentinel that asks for one, and to no other`() async throws {
            let servers = try await Pair()
            let primary = try await servers.primary.connect()
            for server in [servers.replica, servers.primary] {
                let admin = try await server.connect()
                try await admin.send(["CONFIG", "SET", "masterauth", "s3cret"])
                try await admin.send(["ACL", "SETUSER", "default", "resetpass", ">s3cret"])
            }
            try await primary.send(["AUTH", "s3cret"])
            for asked in ["s3cret", nil] {
                let sentinel = try await SentinelServer(
                    watching: servers.primary.port, password: asked, primaryPassword: "s3cret")
                let url = sentinel.url.replacing("://", with: "://:s3cret@")
                let connection = try await RedisConnection.connect(try configuration(url))
                #expect(try await connection.info("server")["tcp_port"] == "\(servers.primary.port)")
            }
        }

        @Test func `a name that no Sentinel knows, and Sentinels that cannot be reached, are errors of their own`()
            async throws
        {
            let servers = try await Pair()
            let sentinel = try await SentinelServer(watching: servers.primary.port)
            let unknown = try configuration("redis+sentinel://127.0.0.1:\(sentinel.port)/other")
            let failure = await #expect(throws: RedisError.self) { try await RedisConnection.connect(unknown) }
            #expect(
                failure
                    == .invalidConfiguration("the Sentinel 127.0.0.1:\(sentinel.port) knows no primary named other"))
            let nowhere = try configuration("redis+sentinel://127.0.0.1:1/cache", within: .milliseconds(300))
            let lost = await #expect(throws: RedisError.self) { try await RedisConnection.connect(nowhere) }
            #expect(lost?.isConnectivity == true)
            #expect("\(try #require(lost))".contains("no Sentinel answers: "))
        }

        @Test func `an address of Sentinels is read and written`() throws {
            let full = try RedisConfiguration(url: "rediss+sentinel://me:s%40cret@a,[2001:db8::1]:26380/my%20cache/3")
            #expect(
                full.address
                    == .sentinel(
                        [.init(host: "a", port: 26_379), .init(host: "2001:db8::1", port: 26_380)], name: "my cache"))
            #expect(full.username == "me" && full.password == "s@cret" && full.database == 3 && full.tls != nil)
            #expect("\(full)" == "rediss+sentinel://me@a:26379,[2001:db8::1]:26380/my cache/3")
            for wrong in [
                "redis+sentinel://a", "redis+sentinel://a/", "redis+sentinel:///x", "redis+sentinel://a,/x",
                "redis+sentinel://a/x/y", "redis+sentinel://a/x/0/0", "redis+sentinel://a:0/x",
            ] {
                #expect(throws: RedisError.self, "\(wrong)") { try RedisConfiguration(url: wrong) }
            }
        }
    }
}
