import Foundation
import PostgresClient
import RSSModel
import RedisClient
import Synchronization
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSCache
@testable import RSSSetup

/// The backend changes visit reports and invalidates their keys while the cache is warmed.
@Suite(.serialized) struct CacheRaceTests {
    /// How many updates race; more by hand, where a figure is wanted.
    private static let updates = ProcessInfo.processInfo.environment["RSSCTL_TEST_RACES"].flatMap { Int($0) } ?? 60

    /// What the backend does: change, commit, then delete the key.
    private static func update(
        _ organization: String, _ key: String, _ postgres: PostgresConnection, _ redis: RedisConnection
    ) async throws {
        try await postgres.execute(
            """
            UPDATE visit_reports SET completion_percentage = (coalesce(completion_percentage, 0) + 1) % 100, updated_at = clock_timestamp()
            WHERE organization_id = $1::uuid
            """, [organization])
        _ = try await redis.unlink([RedisArgument(key)])
    }

    @Test func `no key is older than the last change that was committed before its invalidation`() async throws {
        try await withDatabase(migrated: true) { options in
            let now = Date()
            let today = CalendarDate(now)
            var seed = Seeder.Options(today: today)
            seed.visits = 2000
            _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
            let warming = try await PostgresConnection.connect(options)
            let backend = try await PostgresConnection.connect(options)
            let configuration = try await TestCluster.shared.state.redis
            let redis = try await RedisConnection.connect(configuration)
            let cache = try await RedisConnection.connect(configuration)
            _ = try await redis.send(RedisCommand(["FLUSHDB"]))
            let warmer = CacheWarmer(postgres: warming, redis: redis, options: .init())
            let first = try await warmer.run(at: now, runID: "first", .silent)
            let source = try SummarySource(
                warming, try await ApplicationTables(warming), CacheKeys(), shape: .backend, today: today)
            var took = Duration.milliseconds(50)
            var (done, stale, invalidated) = (0, 0, 0)
            var round = 0
            while done < Self.updates {
                round += 1
                // Every second round begins with an empty cache, of which no deletion leaves a trace.
                if round.isMultiple(of: 2) { _ = try await redis.send(RedisCommand(["FLUSHDB"])) }
                let chosen = Array(first.shuffled().prefix(3))
                let moments = chosen.map { _ in took * Double.random(in: 0...1) }.sorted()
                let began = ContinuousClock.now
                let racing = Task {
                    for (entry, moment) in zip(chosen, moments) {
                        try await Task.sleep(until: began + moment)
                        try await Self.update(entry.id, entry.key, backend, cache)
                    }
                }
                let entries = try await warmer.run(at: now, runID: "\(round)", .silent)
                took = ContinuousClock.now - began
                try await racing.value
                done += chosen.count
                invalidated += entries.count { $0.action == .invalidated }
                let current = try await source.values(of: chosen.map(\.id))
                for entry in chosen {
                    let stored = try await cache.get(RedisArgument(entry.key))
                    if let stored, RedisArgument(stored) != current[entry.id]?.bytes { stale += 1 }
                }
            }
            #expect(stale == 0)
            print("races: \(done) updates in \(round) warms, \(invalidated) keys left alone, \(stale) stale")
            for connection in [warming, backend] { await connection.close() }
            for connection in [redis, cache] { await connection.close() }
        }
    }
}
