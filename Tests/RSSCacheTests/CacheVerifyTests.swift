import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore

@Suite struct CacheDifferenceTests {
    private func difference(_ stored: String, _ expected: String) -> CacheDifference {
        CacheDifference(stored: Array(stored.utf8), expected: Array(expected.utf8))
    }

    @Test func `differences are named`() {
        #expect(difference(#"{"n":12.50,"a":[1.0]}"#, #"{"a":[1],"n":12.5}"#) == .spelling)
        let utc = #"{"totalCount":"1","visits":[{"id":"1","createdAt":"2026-11-22T23:58:13.2926+00:00","note":"x"}]}"#
        let berlin =
            #"{"totalCount":"1","visits":[{"id":"1","createdAt":"2026-11-23T00:58:13.292600+01:00","note":"x"}]}"#
        #expect(difference(berlin, utc) == .zone(stored: "+01:00", computed: "+00:00"))
        // Another zone and another value is not the zone alone.
        #expect(
            difference(berlin.replacing(#""x""#, with: #""y""#), utc)
                == .stale(since: nil, members: ["createdAt", "note"]))
        #expect(difference("[1,2", "[1,2]") == .damaged)
        #expect(difference(#"["a"]"#, #"["a","b"]"#) == .stale(since: nil, members: []))
        let old = #"{"totalCount":"3","visits":[{"id":"1","status":"draft","updatedAt":"2026-11-01T00:00:00+00:00"}]}"#
        let new =
            #"{"totalCount":"4","visits":[{"id":"2","status":"draft","updatedAt":"2026-11-03T00:00:00+00:00"},{"id":"1","status":"done","updatedAt":"2026-11-02T00:00:00+00:00"}]}"#
        #expect(
            difference(old, new)
                == .stale(since: "2026-11-02T00:00:00+00:00", members: ["status", "totalCount", "updatedAt"]))
        #expect(
            difference(#"{"totalCount":2,"visits":[]}"#, #"{"totalCount":"2","visits":[]}"#)
                == .otherFunction("totalCount is a number"))
        #expect(
            difference(
                #"{"totalCount":"9","visits":[{"id":"1"},{"id":"1"}]}"#,
                #"{"totalCount":"2","visits":[{"id":"1"},{"id":"2"}]}"#)
                == .otherFunction("rows are repeated"))
        #expect(
            difference(#"{"totalCount":"15","visits":[{"id":"1"}]}"#, #"{"totalCount":"1","visits":[{"id":"1"}]}"#)
                == .otherFunction("totalCount is 15 for 1 reports"))
        #expect(
            difference(#"[{"id":"1"}]"#, #"[{"id":"1","new":null}]"#) == .otherFunction("rows have no new"))
    }

    @Test(arguments: [
        ("2026-11-22T20:58:13.292647+01:00", 1_795_377_493_292_647 as Int64?),
        ("2026-11-22T19:58:13.1+00", 1_795_377_493_100_000),
        ("1970-01-01T00:00:00+00:00", 0), ("1969-12-31T18:30:00-05:30", 0), ("2026-11-22", nil),
        ("2026-11-22T20:58:13", nil),
        ("2026-11-22T20:58:13.+01:00", nil), ("2026-13-22T20:58:13.1+01:00", nil),
        ("a long text with T and a + sign", nil),
    ])
    func `a timestamp is read with its offset`(text: String, expected: Int64?) {
        #expect(JSONMoment(text)?.microseconds == expected)
    }
}

@Suite(.serialized) struct CacheVerifierTests {
    private func verifier(_ cache: CacheScenario, _ kinds: [CacheKind], sample: Double = 1) -> CacheVerifier {
        var options = CacheWarmer.Options()
        options.kinds = kinds
        return CacheVerifier(postgres: cache.postgres, redis: cache.redis, options: options, sample: sample)
    }

    @Test func `three stale values are found, named and repaired`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = CacheKind.allCases
            let entries = try await cache.warm(options)
            let all = verifier(cache, CacheKind.allCases)
            let clean = try await all.run(at: cache.now, .silent)
            #expect(clean.equal == entries.count && clean.drifts.isEmpty && clean.missing == 0)

            let victims = try await cache.postgres.query(
                """
                UPDATE visit_reports SET priority = CASE priority WHEN 'low' THEN 'high' ELSE 'low' END, updated_at = '2026-01-02 03:04:05Z'
                WHERE id IN (SELECT DISTINCT ON (organization_id) id FROM visit_reports
                    WHERE visit_date BETWEEN $1 AND $2 AND organization_id IN (SELECT id FROM organizations WHERE is_active)
                    ORDER BY organization_id, visit_date DESC, created_at DESC, id DESC LIMIT 3)
                RETURNING organization_id
                """, [CalendarDate(cache.now).adding(days: -30), CalendarDate(cache.now)]
            ).map { try $0.decode(String.self, at: 0) }
            #expect(victims.count == 3)
            _ = try await cache.redis.unlink([RedisArgument(entries.last?.key ?? "")])
            let found = try await all.run(at: cache.now, .silent)
            #expect(found.missing == 1 && found.equal == entries.count - 4)
            #expect(Set(found.drifts.map(\.id)) == Set(victims) && found.drifts.allSatisfy { $0.kind == .summaries })
            for drift in found.drifts {
                #expect(
                    drift.difference == .stale(since: "2026-01-02T03:04:05+00:00", members: ["priority", "updatedAt"]))
            }
            let sets = try await cache.calls("set")
            let repaired = try await all.repair(found.drifts, at: cache.now, runID: "repair", .silent)
            #expect(repaired.allSatisfy { $0.isRepaired })
            // Those three and the lock.
            #expect(try await cache.calls("set") == sets + 4)
            let after = try await all.run(at: cache.now, .silent)
            #expect(after.drifts.isEmpty && after.equal == entries.count - 1)
        }
    }

    @Test func `values in another time zone are named so`() async throws {
        try await CacheScenario.run { cache in
            try await cache.postgres.execute("SET timezone = 'Asia/Kathmandu'")
            let entries = try await cache.warm()
            try await cache.postgres.execute("SET timezone = 'UTC'")
            let found = try await verifier(cache, [.summaries]).run(at: cache.now, .silent)
            #expect(found.drifts.count > 5 && found.drifts.count + found.equal == entries.count)
            #expect(found.drifts.allSatisfy { $0.difference == .zone(stored: "+05:45", computed: "+00:00") })
        }
    }

    @Test func `a sample is a share of the keys`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = [.permissions]
            let entries = try await cache.warm(options)
            let found = try await verifier(cache, [.permissions], sample: 0.1).run(at: cache.now, .silent)
            #expect(found.equal == Int((Double(entries.count) * 0.1).rounded(.up)) && found.drifts.isEmpty)
        }
    }
}
