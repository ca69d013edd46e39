import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCore

@Suite struct SummaryTests {
    @Test func `the key is the backend's own`() throws {
        let day = try #require(CalendarDate("2026-11-23"))
        let shape = SummaryShape()
        #expect(shape.json(day) == #"{"startDate":"2026-10-24","endDate":"2026-11-23","page":1,"limit":20}"#)
        // Computed by Node: createHash('md5').update(JSON.stringify(filters)).digest('hex').
        #expect(
            shape.key(organization: "1c715976-99d4-4b2f-9e74-a436ec9675aa", today: day, prefix: "app:")
                == "app:reports:summary:1c715976-99d4-4b2f-9e74-a436ec9675aa:e9e93c133e614fd0068b6ccd1655dc92")
    }

    @Test func `blanks go outside of strings, and stay inside`() {
        #expect(
            SummaryValue.compact(#"[{"a b": "c, d: \" e", "n": [1, 2]}, null]"#)
                == #"[{"a b":"c, d: \" e","n":[1,2]},null]"#)
        #expect(SummaryValue.json(totalCount: 0, visitData: nil) == #"{"totalCount":"0","visits":[]}"#)
        #expect(SummaryValue.compact(#"["\\", "x y"]"#) == #"["\\","x y"]"#)
    }
}

@Suite(.serialized) struct CacheWarmerTests {
    private func seeded(_ options: ConnectionOptions) async throws -> CalendarDate {
        let today = CalendarDate(Date())
        var seed = Seeder.Options(today: today)
        seed.visits = 2000
        _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
        return today
    }

    private func redis() async throws -> RedisConnection {
        let connection = try await RedisConnection.connect(try await TestCluster.shared.state.redis)
        _ = try await connection.send(RedisCommand(["FLUSHDB"]))
        return connection
    }

    @Test func `every value is what the backend's own function returns, to the byte`() async throws {
        try await withDatabase(migrated: true) { options in
            let today = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            let entries = try await CacheWarmer(postgres: postgres, redis: redis, options: .init()).run(
                today: today, runID: "test", .silent)
            let active = try await postgres.query("SELECT count(*) FROM organizations WHERE is_active").first?.decode(
                Int.self, at: 0)
            #expect(entries.count == active && entries.allSatisfy { $0.action == .done })
            for entry in entries {
                let row = try #require(
                    try await postgres.query(
                        "SELECT total_count, visit_data::text FROM get_visit_reports_optimized($1::uuid, NULL, NULL, NULL, $2, $3, NULL, 1, 20)",
                        [entry.organization, SummaryShape().start(today), today]
                    ).first)
                let expected = SummaryValue.json(
                    totalCount: try row.decode(Int64.self, at: 0), visitData: try row.decode(String?.self, at: 1))
                let stored = try await redis.get(RedisArgument(entry.key)).map { String(decoding: $0, as: UTF8.self) }
                #expect(stored == expected)
            }
            await postgres.close()
            await redis.close()
        }
    }

    @Test func `a fresh key is kept, a dry run writes nothing, and two warmers do not meet`() async throws {
        try await withDatabase(migrated: true) { options in
            let today = try await seeded(options)
            let postgres = try await PostgresConnection.connect(options)
            let redis = try await redis()
            var settings = CacheWarmer.Options()
            settings.isDryRun = true
            let dry = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "1", .silent)
            let size = try await redis.databaseSize()
            #expect(size == 0 && dry.allSatisfy { $0.action == .pending })
            settings.isDryRun = false
            settings.refreshBelow = .seconds(300)
            let first = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "2", .silent)
            let second = try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                today: today, runID: "3", .silent)
            #expect(first.allSatisfy { $0.action == .done } && second.allSatisfy { $0.action == .skipped })
            _ = try await redis.set(
                RedisArgument(CacheWarmer.lockKey), "someone", expiry: .seconds(60), condition: .ifAbsent)
            await #expect(throws: CacheError.locked) {
                try await CacheWarmer(postgres: postgres, redis: redis, options: settings).run(
                    today: today, runID: "4", .silent)
            }
            let kept = try await redis.get(RedisArgument(CacheWarmer.lockKey)).map {
                String(decoding: $0, as: UTF8.self)
            }
            #expect(kept == "someone")
            await postgres.close()
            await redis.close()
        }
    }
}
