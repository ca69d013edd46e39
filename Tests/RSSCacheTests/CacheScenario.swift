import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport

@testable import RSSCache
@testable import RSSCore
@testable import RSSSetup

/// A seeded database and an empty Redis.
struct CacheScenario {
    let postgres: PostgresConnection
    let redis: RedisConnection
    /// The moment for which it was seeded.
    let now: Date

    static func run(_ body: (CacheScenario) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { options in
            let now = Date()
            var seed = Seeder.Options(today: CalendarDate(now))
            seed.visits = 2000
            _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
            _ = try await redis.send(RedisCommand(["FLUSHDB"]))
            try await body(CacheScenario(postgres: postgres, redis: redis, now: now))
            _ = try await redis.send(RedisCommand(["FLUSHDB"]))
            await postgres.close()
            await redis.close()
        }
    }

    /// Warms the cache.
    @discardableResult
    func warm(_ options: CacheWarmer.Options = .init(), at moment: Date? = nil) async throws -> [CacheWarmer.Entry] {
        try await CacheWarmer(postgres: postgres, redis: redis, options: options).run(
            at: moment ?? now, runID: UUID().uuidString, .silent)
    }

    func text(_ key: String) async throws -> String? {
        try await redis.get(RedisArgument(key)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// The first page of an organization as the backend's own function returns it, in the bytes of the cache.
    func summary(of organization: String, from start: CalendarDate, to end: CalendarDate) async throws -> String? {
        let rows = try await postgres.query(
            """
            SELECT total_count, visit_data::text
            FROM get_visit_reports_optimized($1::uuid, NULL, NULL, NULL, $2::date, $3::date, NULL, 1, 20)
            """, [organization, start, end] as [any PostgresEncodable])
        guard let (total, data) = try rows.first?.decode(Int64.self, String?.self) else { return nil }
        return String(decoding: SummarySource.value(totalCount: total, visitData: data), as: UTF8.self)
    }

    func left(_ key: String) async throws -> Duration? {
        if case .remaining(let left) = try await redis.ttl(RedisArgument(key)) { left } else { nil }
    }

    /// How often the server carried out a command.
    func calls(_ command: String) async throws -> Int {
        try await redis.info("commandstats")["cmdstat_\(command)"].flatMap { text in
            Int(text.drop { $0 != "=" }.dropFirst().prefix { $0 != "," })
        } ?? 0
    }
}
