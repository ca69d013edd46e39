import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore

/// The cache in a Redis Cluster.
@Suite(.serialized) struct CacheClusterTests {
    @Test func `all kinds are warmed, verified, counted and removed, while a slot moves`() async throws {
        let servers = try await ClusterServers()
        let redis = try RedisCluster(try RedisConfiguration(url: servers.url))
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = CacheKind.allCases
            func warm() async throws -> [CacheWarmer.Entry] {
                try await CacheWarmer(postgres: cache.postgres, redis: redis, options: options).run(
                    at: cache.now, runID: UUID().uuidString, .silent)
            }
            func equal() async throws -> Int {
                let result = try await CacheVerifier(postgres: cache.postgres, redis: redis, options: options).run(
                    at: cache.now, .silent)
                #expect(result.drifts.isEmpty && result.unknown == 0)
                return result.equal
            }
            // The slots of some keys are moving from the begin on: they are absent, so they are written to the target.
            var dry = options
            dry.isDryRun = true
            let keys = try await CacheWarmer(postgres: cache.postgres, redis: nil, options: dry).run(
                at: cache.now, runID: "dry", .silent
            ).map(\.key)
            var moving: [Int] = []
            for key in keys.prefix(10) {
                let node = try await servers.nodes[0].connect()
                let slot = Int(try await node.send(["CLUSTER", "KEYSLOT", RedisArgument(key)]).integer ?? 0)
                await node.close()
                // To one node alone, whose epoch is the highest from the first move on: two would contradict each other until they agree
                // on one.
                guard !moving.contains(slot), servers.owner(of: slot) != 0 else { continue }
                moving.append(slot)
                try await servers.beginMove(slot, to: 0)
            }
            let entries = try await warm()
            #expect(entries.count == keys.count && entries.allSatisfy { $0.action == .done })
            #expect(try await equal() == keys.count)
            // The moves end, and the next run knows the old map.
            #expect(moving.count > 2)
            for slot in moving { try await servers.endMove(slot, to: 0) }
            let again = try await warm()
            #expect(again.allSatisfy { $0.action == .unchanged })
            #expect(try await equal() == keys.count)

            let sample = try await KeySample(redis, keys: CacheKeys(), limit: 100_000)
            #expect(sample.isWhole && sample.groups.reduce(0) { $0 + $1.keys } == keys.count)
            let checks = try await CacheInspector(redis, keys: CacheKeys()).run()
            #expect(checks.allSatisfy { $0.outcome.unseen == nil })
            let limits = checks.first { $0.check == "redis.no_limit" }?.outcome.findings ?? []
            #expect(Set(limits.map(\.object)) == Set(servers.nodes.map { "127.0.0.1:\($0.port)" }))
            var invalidation = CacheInvalidation.Options(CacheKind.allCases.map { KeyPattern($0, CacheKeys()) })
            invalidation.keys = CacheKeys()
            #expect(try await CacheInvalidation(redis, invalidation).run(nil, .silent).total == keys.count)
            #expect(try await redis.infos("keyspace").allSatisfy { $0["db0"] == nil })
        }
        await redis.close()
    }

    @Test func `misses of all nodes are observed`() async throws {
        let servers = try await ClusterServers()
        let configuration = try RedisConfiguration(url: servers.url)
        let asking = Task {
            let backend = try RedisCluster(configuration)
            while !Task.isCancelled {
                _ = try await backend.replies(to: (0..<9).map { .get(RedisArgument("perms:user:\($0)")) })
                try await Task.sleep(for: .milliseconds(20))
            }
            await backend.close()
        }
        let result = try await MissObserver(configuration, keys: CacheKeys()).run(for: .seconds(2), .silent)
        asking.cancel()
        _ = await asking.result
        #expect(result.groups.map(\.prefix) == ["perms:user"] && result.groups[0].keys == 9)
        for node in servers.nodes {
            let connection = try await node.connect()
            #expect(try await connection.configGet("notify-keyspace-events")["notify-keyspace-events"] == "")
            await connection.close()
        }
    }
}
