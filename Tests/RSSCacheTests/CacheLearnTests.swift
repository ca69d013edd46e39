import Foundation
import PostgresClient
import RSSModel
import RedisClient
import Synchronization
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore
@testable import RSSSetup

@Suite(.serialized) struct CacheLearnTests {
    /// Filters that the backend may ask with besides its own.
    private static let shapes = [
        "page=1,limit=20,startDate=-30d,endDate=0d", #"startDate=-7d,endDate=0d,page="1",limit="20""#,
        "startDate=-90d,endDate=0d,page=2,limit=50", "status=completed,startDate=-30d,endDate=0d,page=1,limit=20",
        "page=1,limit=10", "limit=100,startDate=-30d",
    ]

    @Test func `six unknown shapes are found by their digests`() throws {
        let today = try #require(CalendarDate("2026-11-23"))
        let shapes = try Self.shapes.map { try FilterShape(parsing: $0) }
        let digests = Dictionary(uniqueKeysWithValues: shapes.map { ($0.digest(today), $0) })
        #expect(ShapeGuesser(today: today).shapes(of: Set(digests.keys)) == digests)
        #expect(ShapeGuesser.orders(of: shapes[0].members).count == 24)
    }

    @Test func `a setting that cannot be restored is reported with the command that does it`() async throws {
        var configuration = try await TestCluster.shared.state.redis
        let admin = try await RedisConnection.connect(configuration)
        try await admin.send(["CONFIG", "SET", "notify-keyspace-events", "Kx"])
        try await admin.send(["ACL", "SETUSER", "observer", "on", ">watching", "~*", "&*", "+@all"])
        (configuration.username, configuration.password) = ("observer", "watching")
        let warnings = Mutex<[String]>([])
        let reporter = ProgressReporter { event in
            if case .warning(let text) = event { warnings.withLock { $0.append(text) } }
        }
        let observer = MissObserver(configuration, keys: CacheKeys())
        let observing = Task { try await observer.run(for: .seconds(60), reporter) }
        let isListening = try await eventually { try await admin.send(["PUBSUB", "NUMPAT"]).integer ?? 0 > 0 }
        #expect(isListening)
        try await admin.send(["ACL", "SETUSER", "observer", "-config"])
        observing.cancel()
        _ = await observing.result
        let text = warnings.withLock { $0 }.joined()
        #expect(text.contains("could not be restored") && text.contains("redis-cli CONFIG SET notify-keyspace-events"))
        try await admin.send(["ACL", "DELUSER", "observer"])
        try await admin.send(["CONFIG", "SET", "notify-keyspace-events", ""])
        await admin.close()
    }

    @Test func `misses are counted by prefix and by filters, and the setting is restored`() async throws {
        let configuration = try await TestCluster.shared.state.redis
        let redis = try await RedisConnection.connect(configuration)
        try await redis.send(["CONFIG", "SET", "notify-keyspace-events", "Kx"])
        let before = try await redis.configGet("notify-keyspace-events")["notify-keyspace-events"]
        let today = try await CalendarDate(redis.serverTime())
        let names = CacheKeys()
        let shape = try FilterShape(parsing: Self.shapes[0])
        let observing = Task {
            try await MissObserver(configuration, keys: names).run(for: .seconds(60), .silent)
        }
        // The setting is changed once the observer is at work; its channel may be a moment later.
        let missing = names.summary("a", digest: shape.digest(today))
        let isListening = try await eventually {
            try await redis.send(["PUBSUB", "NUMPAT"]).integer ?? 0 > 0
        }
        #expect(isListening)
        for organization in ["a", "b"] {
            for _ in 0..<3 { _ = try await redis.get(names.summary(organization, digest: shape.digest(today))) }
        }
        _ = try await redis.get(missing)
        _ = try await redis.get("perms:user:1")
        let during = try await redis.configGet("notify-keyspace-events")["notify-keyspace-events"] ?? ""
        #expect(during.contains("E") && during.contains("m") && during.contains("K") && during.contains("x"))
        // As an interruption does.
        observing.cancel()
        _ = await observing.result
        #expect(try await redis.configGet("notify-keyspace-events")["notify-keyspace-events"] == before)

        let result = MissObserver(configuration, keys: names).result(
            [
                missing.description: 4, names.summary("b", digest: shape.digest(today)).description: 3,
                "perms:user:1": 1,
                "reports:summary:c:00000000000000000000000000000000": 1,
            ], 2, today)
        #expect(
            result.groups.map(\.prefix) == ["reports:summary", "perms:user"] && result.groups.map(\.misses) == [8, 1])
        #expect(result.groups.map(\.keys) == [3, 1] && result.unlisted == 2)
        #expect(result.shapes.map(\.shape) == [shape, nil] && result.shapes.map(\.misses) == [7, 1])
        #expect(result.shapes.map(\.organizations) == [2, 1])
        try await redis.send(["CONFIG", "SET", "notify-keyspace-events", ""])
        await redis.close()
    }

    @Test func `an observation ends with what was missed`() async throws {
        let configuration = try await TestCluster.shared.state.redis
        let redis = try await RedisConnection.connect(configuration)
        let observing = Task {
            try await MissObserver(configuration, keys: CacheKeys()).run(for: .seconds(2), .silent)
        }
        // Asks all the while, because the observation begins a moment later.
        let asking = Task {
            let backend = try await RedisConnection.connect(configuration)
            while !Task.isCancelled {
                _ = try await backend.get("perms:user:learn")
                try await Task.sleep(for: .milliseconds(20))
            }
            await backend.close()
        }
        let result = try await observing.value
        asking.cancel()
        _ = await asking.result
        #expect(
            result.groups.map(\.prefix) == ["perms:user"] && result.groups[0].misses > 0 && result.groups[0].keys == 1)
        #expect(try await redis.configGet("notify-keyspace-events")["notify-keyspace-events"] == "")
        await redis.close()
    }

    @Test func `flags are added to those that are set`() {
        #expect(MissObserver.adding("Em", to: "") == "Em" && MissObserver.adding("Em", to: "KEx") == "KExm")
        #expect(MissObserver.adding("Em", to: "AKE") == "AKEm" && MissObserver.adding("Em", to: "Em") == "Em")
    }
}
