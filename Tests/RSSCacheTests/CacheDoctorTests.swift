import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore
@testable import RSSSetup

@Suite(.serialized) struct CacheDoctorTests {
    private func facts(
        _ info: [String: String] = [:], commands: [String: String] = [:], sample: KeySample? = nil
    ) -> CacheFacts {
        CacheFacts(
            info: .success(info), commands: .success(commands),
            sample: sample.map { .success($0) } ?? .failure(.init(reason: "NOPERM", hint: "+scan")))
    }

    private func withRedis(_ body: (RedisConnection) async throws -> Void) async throws {
        let redis = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        try await body(redis)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        await redis.close()
    }

    @Test func `each check has one key and says why`() {
        let definitions = CacheInspector.definitions
        #expect(Set(definitions.map(\.key)).count == definitions.count && definitions.count == 9)
        #expect(definitions.map(\.key) == definitions.map(\.key).sorted())
        #expect(
            definitions.allSatisfy {
                $0.area == "redis" && $0.why.hasSuffix(".") && !$0.title.hasSuffix(".") && !$0.needs.isEmpty
            })
    }

    @Test func `what cannot be read is blind, and never ok`() {
        var blind = CacheFacts(
            info: .failure(.init(reason: "NOPERM", hint: "+info")),
            commands: .failure(.init(reason: "NOPERM", hint: nil)),
            sample: .failure(.init(reason: "NOPERM", hint: nil)))
        blind.midnight = .failure(.init(reason: "NOPERM", hint: nil))
        for check in CacheCheck.all {
            #expect(check.judge(blind).verdict == .blind, "\(check.definition.key)")
        }
        // A policy that evicts only what expires cannot be judged without the keys.
        blind.info = .success(["maxmemory": "1000", "maxmemory_policy": "volatile-lru"])
        #expect(CacheCheck.policy.judge(blind).verdict == .blind)
    }

    @Test func `a replica, an unlimited memory and a full one are findings`() {
        #expect(CacheCheck.replica.judge(facts(["role": "master"])).verdict == .ok)
        let replica = CacheCheck.replica.judge(
            facts(["role": "slave", "master_host": "10.0.0.5", "master_port": "6380"]))
        #expect(replica.verdict == .critical && replica.findings[0].detail.contains("10.0.0.5:6380"))
        #expect(CacheCheck.noLimit.judge(facts(["maxmemory": "0"])).verdict == .info)
        #expect(CacheCheck.noLimit.judge(facts(["maxmemory": "1"])).verdict == .ok)
        var full = ["maxmemory": "1000", "maxmemory_policy": "noeviction", "used_memory": "950"]
        #expect(CacheCheck.policy.judge(facts(full)).verdict == .warning)
        full["used_memory"] = "500"
        #expect(CacheCheck.policy.judge(facts(full)).verdict == .ok)
        let keys = CacheCheck.keysCommand.judge(
            facts(commands: ["cmdstat_keys": "calls=3,usec=900,usec_per_call=300.00,rejected_calls=0"]))
        #expect(keys.findings.first?.detail == "KEYS was called 3 times of 300 µs each since the counters were reset.")
        var evicted = facts(["evicted_keys": "12"])
        #expect(CacheCheck.evictions.judge(evicted).verdict == .info)
        evicted.evictedNow = 2
        #expect(CacheCheck.evictions.judge(evicted).verdict == .warning)
        #expect(CacheCheck.evictions.judge(facts(["evicted_keys": "0"])).verdict == .ok)
        var midnight = facts()
        #expect(CacheCheck.midnight.judge(midnight).verdict == .ok)
        midnight.midnight = .success(.init(today: 20, tomorrow: 0, left: 90))
        #expect(CacheCheck.midnight.judge(midnight).verdict == .warning)
        midnight.midnight = .success(.init(today: 20, tomorrow: 19, left: 90))
        #expect(CacheCheck.midnight.judge(midnight).verdict == .ok)
    }

    @Test func `queues under allkeys-lru, keys that never expire and big keys are named`() async throws {
        try await withRedis { redis in
            try await redis.set("reports:summary:a:1", "v", expiry: .seconds(60))
            let clean = try await CacheInspector(redis, keys: CacheKeys()).run()
            let loud = ["redis.no_limit", "redis.evictions", "redis.keys_command"]
            #expect(clean.filter { !loud.contains($0.check) }.allSatisfy { $0.outcome.verdict == .ok }, "\(clean)")

            try await redis.send(["LPUSH", "bull:email processing:wait", "1", "2"])
            try await redis.set("perms:user:1", "[]")
            try await redis.set(
                "hardware:visit:1", RedisArgument(String(repeating: "x", count: 1_100_000)), expiry: .seconds(60))
            try await redis.send(["CONFIG", "SET", "maxmemory-policy", "allkeys-lru"])
            try await redis.send(["KEYS", "nothing*"])
            let reports = try await CacheInspector(redis, keys: CacheKeys()).run()
            try await redis.send(["CONFIG", "SET", "maxmemory-policy", "noeviction"])
            func findings(_ check: String) -> [Finding] {
                reports.first { $0.check == check }?.outcome.findings ?? []
            }
            #expect(findings("redis.queue_eviction").map(\.object) == ["bull:email processing"])
            #expect(
                findings("redis.queue_eviction").first?.detail.hasPrefix("1 keys of a queue are under allkeys-lru")
                    == true)
            #expect(findings("redis.no_expiry").map(\.object) == ["perms:user"])
            #expect(findings("redis.big_keys").map(\.object) == ["hardware:visit:1"])
            #expect(findings("redis.keys_command").count == 1)
            let bounded = try await CacheInspector(redis, keys: CacheKeys(), limit: 1).run()
            #expect(
                bounded.first { $0.check == "redis.big_keys" }?.outcome.unseen?.reason
                    == "not all keys of Redis were scanned")
        }
    }

    @Test func `a user without rights sees blind checks`() async throws {
        try await withRedis { redis in
            try await redis.send(["ACL", "SETUSER", "narrow", "on", ">secret", "~reports:*", "+get", "+ping"])
            var configuration = try await TestCluster.shared.state.redis
            (configuration.username, configuration.password) = ("narrow", "secret")
            let narrow = try await RedisConnection.connect(configuration)
            let reports = try await CacheInspector(narrow, keys: CacheKeys()).run()
            #expect(reports.count == 9 && reports.allSatisfy { $0.outcome.verdict == .blind }, "\(reports)")
            await narrow.close()
            try await redis.send(["ACL", "DELUSER", "narrow"])
        }
    }
}
