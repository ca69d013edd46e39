import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore
@testable import RSSSetup

@Suite struct KeyPatternTests {
    @Test func `a prefix stands for itself in a glob`() {
        let pattern = KeyPattern(glob: "reports:*", prefix: #"app[1]*?\^:"#)
        #expect(pattern.glob == #"app\[1\]\*\?\\\^:reports:*"# && pattern.exact == nil)
        #expect(KeyPattern(glob: "a:b", prefix: "*").exact == "*a:b")
        #expect(KeyPattern(exactly: "a*[b]?\\").exact == "a*[b]?\\")
        #expect(KeyPattern(glob: "a[bc]", prefix: "").exact == nil && KeyPattern(glob: "a\\", prefix: "").exact == nil)
    }

    @Test(arguments: [
        ("reports:summary:1:2", "string", KeyClass.summaries), ("app:perms:user:1", "string", .permissions),
        ("hardware:visit:1", "string", .hardware), ("org:1", "string", .organizations),
        ("sess:abc", "string", .sessions),
        ("app:sess:abc", "string", .sessions), ("bull:mail:id", "string", .queues),
        ("app:bull:mail:1", "string", .queues),
        ("{bull}:mail:wait", "list", .queues), ("reports:summary:1:2", "list", .queues), ("x", "hash", .queues),
        ("app:rssctl:lock:warm", "string", .locks), ("reportsx", "string", .other), ("x", "string", .other),
    ])
    func `a key belongs to what its name and type say`(key: String, type: String, expected: KeyClass) {
        var names = CacheKeys()
        names.prefix = "app:"
        #expect(KeyClass(RedisArgument(key), type: type, keys: names) == expected)
    }

    @Test func `ids are no part of a prefix`() {
        #expect(KeySample.prefix(of: "reports:summary:018c22ac-d000-700b-8d91-ace0d09f7e9e:8ff8") == "reports:summary")
        #expect(KeySample.prefix(of: "org:018c22ac-d000-700b-8d91-ace0d09f7e9e") == "org")
        #expect(KeySample.prefix(of: "bull:email processing:1") == "bull:email processing")
        #expect(
            KeySample.prefix(of: "018c22ac-d000-700b-8d91-ace0d09f7e9e:x") == "(none)"
                && KeySample.prefix(of: "x") == "(none)")
    }
}

@Suite(.serialized) struct CacheInvalidationTests {
    private func redis() async throws -> RedisConnection {
        let redis = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        return redis
    }

    /// Every key that there is, in order.
    private func all(_ redis: RedisConnection) async throws -> [String] {
        var keys: Set<String> = []
        for try await batch in redis.scan() { keys.formUnion(batch.map(\.description)) }
        return keys.sorted()
    }

    @Test func `a prefix with glob characters removes its own keys and no others`() async throws {
        let redis = try await redis()
        var names = CacheKeys()
        names.prefix = #"app[1]*?\:"#
        let own = (0..<300).map { "\(names.prefix)reports:summary:\($0):x" }
        // What the prefix would match if its characters were those of a glob.
        let strangers = (0..<5000).map { "app1x\($0)y:reports:summary:\($0)" }
        for part in [own, strangers] {
            try await redis.pipeline(part.map { RedisCommand.set(RedisArgument($0), "v", expiry: .seconds(60)) }) {
                _, _ in
            }
        }
        var options = CacheInvalidation.Options([KeyPattern(.summaries, names)])
        options.keys = names
        let count = try await CacheInvalidation(redis, options).count()
        #expect(count.keys == [.summaries: 300])
        #expect(try await redis.databaseSize() == 5300)
        let removed = try await CacheInvalidation(redis, options).run(nil, .silent)
        #expect(removed == count)
        #expect(try await all(redis) == strangers.sorted())
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        await redis.close()
    }

    @Test func `queues and sessions are refused, and removed only on demand`() async throws {
        let redis = try await redis()
        for key in ["reports:1", "sess:1", "bull:mail:id", "perms:user:1", "rssctl:lock:warm"] {
            try await redis.set(RedisArgument(key), "v")
        }
        try await redis.send(["LPUSH", "reports:queue", "1"])
        try await redis.send(["ZADD", "bull:mail:delayed", "1", "1"])
        var options = CacheInvalidation.Options([KeyPattern(glob: "*", prefix: "")])
        let careful = CacheInvalidation(redis, options)
        let failure = await #expect(throws: CacheError.self) { _ = try await careful.run(nil, .silent) }
        #expect(
            failure?.report.code == "RSS-CACHE-004"
                && failure?.report.detail?.contains("3 of queues, 1 of sessions, 1 of locks") == true)
        #expect(try await redis.databaseSize() == 7)
        // What was counted before the queue began: its keys stay even so.
        let removed = try await CacheInvalidation(redis, options).run(.init(keys: [.summaries: 1]), .silent)
        #expect(removed.keys == [.summaries: 1, .permissions: 1])
        #expect(
            try await all(redis) == [
                "bull:mail:delayed", "bull:mail:id", "reports:queue", "rssctl:lock:warm", "sess:1",
            ])
        options.includesProtected = true
        #expect(try await CacheInvalidation(redis, options).run(nil, .silent).total == 5)
        #expect(try await redis.databaseSize() == 0)
        await redis.close()
    }

    @Test func `an organization and a user lose their own keys`() async throws {
        let redis = try await redis()
        let names = CacheKeys()
        for key in [
            "reports:summary:a:1", "reports:summary:a:2", "reports:summary:b:1", "org:a", "org:b", "perms:user:u",
            "perms:user:v",
        ] {
            try await redis.set(RedisArgument(key), "v")
        }
        let patterns = [
            KeyPattern(summariesOf: "a", names), KeyPattern(exactly: names.organization("a")),
            KeyPattern(exactly: names.permissions("u")), KeyPattern(exactly: names.permissions("w")),
        ]
        let removed = try await CacheInvalidation(redis, .init(patterns)).run(nil, .silent)
        #expect(removed.keys == [.summaries: 2, .organizations: 1, .permissions: 1])
        #expect(try await all(redis) == ["org:b", "perms:user:v", "reports:summary:b:1"])
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        await redis.close()
    }

    @Test func `a bounded scan says that it did not see all keys`() async throws {
        let redis = try await redis()
        try await redis.pipeline((0..<3000).map { RedisCommand.set(RedisArgument("reports:\($0)"), "v") }) { _, _ in }
        var scan = KeyspaceScan(redis)
        scan.count = 100
        scan.limit = 500
        var seen = 0
        let isWhole = try await scan.forEach([KeyPattern(glob: "*", prefix: "")]) { seen += $0.count }
        #expect(!isWhole && seen == 500)
        scan.limit = nil
        var keys: Set<RedisArgument> = []
        let sawAll = try await scan.forEach([KeyPattern(glob: "reports:1*", prefix: "")]) { keys.formUnion($0) }
        #expect(sawAll && keys.count == 1111)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        await redis.close()
    }
}

@Suite(.serialized) struct KeySampleTests {
    @Test func `keys, memory and lifetimes are those of the prefix`() async throws {
        let redis = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        let value = RedisArgument(String(repeating: "x", count: 5000))
        try await redis.pipeline(
            (0..<1000).map { RedisCommand.set(RedisArgument("reports:summary:\($0):d"), value, expiry: .seconds(200)) }
        ) { _, _ in }
        for number in 0..<10 { try await redis.set(RedisArgument("org:\(number)"), "x") }
        try await redis.set("org:10", "x", expiry: .seconds(30))
        try await redis.send(["RPUSH", "bull:mail:wait", "1"])
        let sample = try await KeySample(redis, keys: CacheKeys(), limit: 100_000)
        #expect(sample.isWhole && sample.hot.isEmpty)
        #expect(sample.groups.map(\.prefix).first == "reports:summary" && sample.groups.count == 3)
        let summaries = try #require(sample.groups.first)
        #expect(summaries.keys == 1000 && summaries.sampled == 200 && summaries.withoutExpiry == 0)
        #expect(summaries.expiry == [0, 200, 0, 0, 0] && summaries.idleSeconds ?? -1 >= 0)
        #expect((5_000_000..<7_000_000).contains(summaries.bytes))
        let organizations = sample.groups.first { $0.prefix == "org" }
        #expect(organizations?.withoutExpiry == 10 && organizations?.expiry == [1, 0, 0, 0, 0])
        #expect(sample.groups.first { $0.prefix == "bull:mail" }?.keysOf == .queues)
        _ = try await redis.send(RedisCommand(["FLUSHDB"]))
        await redis.close()
    }
}
