import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore

@Suite(.serialized) struct CacheWarmTests {
    @Test func `an unchanged value only lives longer`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.lifetime = .seconds(100)
            let first = try await cache.warm(options)
            let sets = try await cache.calls("set")
            var changed = 0
            while try await cache.text(first[changed].key)?.hasSuffix("[]}") == true { changed += 1 }
            try await cache.postgres.execute(
                """
                UPDATE visit_reports SET priority = CASE priority WHEN 'low' THEN 'high' ELSE 'low' END
                WHERE organization_id = $1::uuid
                """, [first[changed].id])
            options.lifetime = .seconds(200)
            let second = try await cache.warm(options)
            #expect(second.filter { $0.action == .done }.map(\.id) == [first[changed].id])
            #expect(second.count { $0.action == .unchanged } == second.count - 1)
            // One of the lock and one of the changed summary.
            #expect(try await cache.calls("set") == sets + 2)
            for entry in second {
                let left = try await cache.left(entry.key) ?? .zero
                #expect(left > .seconds(190) && left <= .seconds(200))
            }
        }
    }

    @Test func `lifetimes are shortened at random, within the share`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = [.hardware]
            options.lifetime = .seconds(1000)
            options.jitter = 0.5
            let entries = try await cache.warm(options)
            var lives: [Duration] = []
            for entry in entries { lives.append(try await cache.left(entry.key) ?? .zero) }
            #expect(lives.count > 20 && lives.allSatisfy { $0 > .seconds(480) && $0 <= .seconds(1000) })
            #expect((lives.max() ?? .zero) - (lives.min() ?? .zero) > .seconds(100))
        }
    }

    @Test func `tomorrow's keys are warmed when they would live past midnight`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.alsoTomorrow = true
            let today = CalendarDate(cache.now)
            let midnight = Date(timeIntervalSince1970: Double(today.daysSinceEpoch + 1) * 86_400)
            try await cache.postgres.execute(
                """
                INSERT INTO visit_reports (report_number, organization_id, visit_date)
                SELECT 'LEAVES-' || row_number() OVER (), id, $1::date FROM organizations WHERE is_active
                """, [today.adding(days: -30)])
            let early = try await cache.warm(options, at: midnight - 301)
            #expect(early.allSatisfy { $0.key.hasSuffix(FilterShape.backend.digest(today)) })
            let late = try await cache.warm(options, at: midnight - 299)
            let next = Self.summaries(late, of: today.adding(days: 1))
            #expect(late.count == 2 * early.count && next.count == early.count)
            #expect(next.allSatisfy { $0.action == .done }, "\(next)")
            var changed = 0
            for entry in next { changed += try await Self.changes(at: midnight, entry.id, cache) ? 1 : 0 }
            // Each had a visit on the day that leaves the period at midnight.
            #expect(changed == next.count)
        }
    }

    private static func summaries(_ entries: [CacheWarmer.Entry], of day: CalendarDate) -> [CacheWarmer.Entry] {
        let digest = FilterShape.backend.digest(day)
        return entries.filter { $0.key.hasSuffix(digest) }
    }

    /// Compares the two summaries of an organization around midnight with those that the backend would make, and says whether they differ.
    private static func changes(at midnight: Date, _ organization: String, _ cache: CacheScenario) async throws -> Bool
    {
        let day = CalendarDate(midnight)
        let today = day.adding(days: -1)
        let before = try await cache.summary(of: organization, from: today.adding(days: -30), to: today)
        let after = try await cache.summary(of: organization, from: day.adding(days: -30), to: day)
        for (date, expected) in [(today, before), (day, after)] {
            let key = CacheKeys().summary(organization, digest: FilterShape.backend.digest(date))
            let text = try await cache.text(key.description)
            #expect(text == expected, "\(date)")
        }
        return before != after
    }

    @Test func `all kinds live as long as the backend's own, and hold what it would hold`() async throws {
        try await CacheScenario.run { cache in
            var options = CacheWarmer.Options()
            options.kinds = CacheKind.allCases
            let entries = try await cache.warm(options)
            #expect(entries.allSatisfy { $0.action == .done })
            for kind in CacheKind.allCases {
                let own = entries.filter { $0.kind == kind }
                #expect(own.count > 5 && own.allSatisfy { $0.key.hasPrefix("\(kind.prefix):") }, "\(kind)")
                let left = try await cache.left(own[0].key) ?? .zero
                #expect(left > kind.lifetime - .seconds(60) && left <= kind.lifetime, "\(kind)")
            }
            let hardware = entries.filter { $0.kind == .hardware }
            let counted = try await cache.postgres.query(
                "SELECT visit_report_id, count(*) FROM hardware_inventory WHERE visit_report_id = ANY ($1::uuid[]) GROUP BY 1",
                [hardware.map(\.id)])
            var rows: [String: Int] = [:]
            for row in counted {
                let (visit, count) = try row.decode(String.self, Int.self)
                rows[visit] = count
            }
            #expect(rows.values.reduce(0, +) > 10)
            for entry in hardware {
                let text = try await cache.text(entry.key) ?? ""
                #expect(text.ranges(of: "\"visit_report_id\":\"\(entry.id)\"").count == rows[entry.id] ?? 0)
            }
            // A second run finds nothing due, in Redis alone.
            options.refreshBelow = .share(0.5)
            let again = try await cache.warm(options)
            #expect(again.count == entries.count && again.allSatisfy { $0.action == .skipped })
        }
    }

    @Test func `permissions are those of the backend's own query, a JSON null included`() async throws {
        try await CacheScenario.run { cache in
            try await cache.postgres.executeScript(
                """
                INSERT INTO access_roles (name, permissions) VALUES
                    ('odd', '{"x": ["b", "a", null, "\\u00e4 \\"q\\"", "a", 7, {"k": [1, 2.50]}], "y": [], "z": ["Z", "\\ud83d\\ude00"]}'),
                    ('broken', '{"x": "admin"}'), ('gone', '{"x": ["never"]}');
                INSERT INTO user_role_assignments (user_id, role_id, is_active, expires_at)
                    SELECT u.id, r.id, r.name <> 'gone', CASE WHEN r.name = 'gone' THEN now() - interval '1 day' END
                    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM users WHERE is_active) u
                    JOIN access_roles r ON r.name = CASE u.n WHEN 1 THEN 'odd' WHEN 2 THEN 'broken' WHEN 3 THEN 'gone' END;
                DELETE FROM user_role_assignments WHERE user_id = (SELECT id FROM users WHERE is_active ORDER BY id OFFSET 3 LIMIT 1);
                """)
            var options = CacheWarmer.Options()
            options.kinds = [.permissions]
            let entries = try await cache.warm(options)
            let users = try await cache.postgres.query("SELECT id FROM users WHERE is_active ORDER BY id").map {
                try $0.decode(String.self, at: 0)
            }
            #expect(entries.map(\.id) == users && users.count > 10)
            #expect(entries.filter { $0.action == .failed }.map(\.id) == [users[1]])
            #expect(entries[1].reason?.contains("permissions for x") == true)
            for entry in entries where entry.action == .done {
                // The seed's getUserPermissions.
                let rows = try await cache.postgres.query(
                    """
                    SELECT ARRAY_AGG(DISTINCT permission) as permissions
                    FROM (
                      SELECT jsonb_array_elements_text(ar.permissions->resource_type) as permission
                      FROM user_role_assignments ura
                      JOIN access_roles ar ON ura.role_id = ar.id
                      JOIN LATERAL jsonb_object_keys(ar.permissions) resource_type ON true
                      WHERE ura.user_id = $1::uuid
                      AND ura.is_active = true
                      AND (ura.expires_at IS NULL OR ura.expires_at > NOW())
                    ) perms
                    """, [entry.id]
                )
                let list = try #require(rows.first).decode([String?]?.self, at: 0) ?? []
                let expected = "[\(list.map { $0.map { JSONString.quote($0) } ?? "null" }.joined(separator: ","))]"
                #expect(try await cache.text(entry.key) == expected)
                if entry.id == users[0] { #expect(list.contains(nil) && list.contains("ä \"q\"")) }
                if entry.id == users[3] { #expect(expected == "[]") }
            }
        }
    }

    @Test func `one organization that fails never stops the others`() async throws {
        try await CacheScenario.run { cache in
            let ids = try await cache.postgres.query(
                "SELECT id FROM organizations WHERE is_active AND id IN (SELECT organization_id FROM visit_reports WHERE visit_date > now()::date - 30) ORDER BY id"
            ).map { try $0.decode(String.self, at: 0) }
            // The rows of one organization cannot be read: as with a damaged page, or a value that is too large.
            try await cache.postgres.executeScript(
                """
                ALTER TABLE organizations RENAME TO organizations_stored;
                CREATE VIEW organizations AS SELECT id, is_active, settings, created_at, updated_at,
                    CASE WHEN id = '\(ids[1])' THEN (1 / (length(name) - length(name)))::text ELSE name END AS name
                FROM organizations_stored;
                """)
            _ = try await cache.redis.send(
                [
                    "RPUSH", CacheKeys().summary(ids[0], digest: FilterShape.backend.digest(CalendarDate(cache.now))),
                    "a list",
                ])
            let entries = try await cache.warm()
            let failed = entries.filter { $0.action == .failed }
            #expect(failed.map(\.id) == [ids[0], ids[1]])
            #expect(failed.first?.reason?.hasPrefix("WRONGTYPE") == true && failed.last?.reason == "division by zero")
            #expect(entries.filter { $0.action == .done }.count == entries.count - 2 && entries.count > 10)
        }
    }

    @Test func `metrics have a value for each outcome`() {
        let entries = [CacheWarmer.Action.done, .done, .failed].enumerated().map {
            CacheWarmer.Entry(kind: .summaries, id: "\($0)", key: "\($0)", bytes: 10, action: $1)
        }
        let text = WarmMetrics(
            entries, of: [.summaries, .permissions], at: Date(timeIntervalSince1970: 1_000), took: .milliseconds(1500)
        ).text
        let values = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
        #expect(values.contains(#"rssctl_cache_warm_keys{kind="summaries",action="done"} 2"#))
        #expect(values.contains(#"rssctl_cache_warm_keys{kind="summaries",action="failed"} 1"#))
        #expect(values.contains(#"rssctl_cache_warm_keys{kind="permissions",action="done"} 0"#))
        #expect(
            values.suffix(3) == [
                "rssctl_cache_warm_written_bytes 20", "rssctl_cache_warm_duration_seconds 1.5",
                "rssctl_cache_warm_last_run_timestamp_seconds 1000",
            ])
        #expect(values.count == 15 && text.hasSuffix("\n"))
    }
}
