import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSReport
@testable import RSSSetup

@Suite struct ReportTests {
    private func seeded(_ options: ConnectionOptions) async throws -> PostgresConnection {
        var seed = Seeder.Options(today: CalendarDate(Date()))
        seed.visits = 1500
        _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
        return try await PostgresConnection.connect(options)
    }

    /// What a page must hold, by a plain query.
    private func expected(_ connection: PostgresConnection, _ condition: String) async throws -> [String] {
        try await connection.query(
            """
            SELECT vr.id FROM visit_reports vr JOIN organizations o ON o.id = vr.organization_id
            WHERE \(condition) ORDER BY vr.visit_date DESC, vr.created_at DESC, vr.id DESC
            """
        ).map { try $0.decode(String.self, at: 0) }
    }

    @Test func `pages, totals and counts are those of a plain query`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await seeded(options)
            let reader = ReportReader(connection)
            let organization = try #require(
                try await connection.query("SELECT name FROM organizations ORDER BY created_at, id LIMIT 1").first?
                    .decode(String.self, at: 0))
            let technician = try #require(
                try await connection.query("SELECT email FROM users LIMIT 1").first?.decode(String.self, at: 0))
            let office = try #require(
                try await connection.query("SELECT name FROM offices LIMIT 1").first?.decode(String.self, at: 0))
            let from = CalendarDate(Date()).adding(days: -200)
            let cases: [(String, (inout ReportFilter) -> Void)] = [
                ("true", { _ in }),
                ("o.name = '\(organization)'", { $0.organization = organization.uppercased() }),
                (
                    "vr.technician_id = (SELECT id FROM users WHERE email = '\(technician)')",
                    { $0.technician = technician }
                ),
                ("vr.office_id = (SELECT id FROM offices WHERE name = '\(office)')", { $0.office = office }),
                ("vr.status = 'draft'", { $0.status = "draft" }),
                ("vr.visit_date >= '\(from)'", { $0.from = from }), ("vr.visit_date <= '\(from)'", { $0.to = from }),
                (
                    "vr.visit_date BETWEEN '\(from)' AND '\(from.adding(days: 30))' AND vr.status = 'completed'",
                    {
                        $0.from = from
                        $0.to = from.adding(days: 30)
                        $0.status = "completed"
                    }
                ),
                (
                    "vr.report_number LIKE '%000001%' OR to_tsvector('english', coalesce(vr.visit_purpose, '') || ' ' || coalesce(vr.summary_description, '')) @@ plainto_tsquery('english', '000001') OR o.name ILIKE '%000001%'",
                    { $0.search = "000001" }
                ),
                (
                    "to_tsvector('english', coalesce(vr.visit_purpose, '') || ' ' || coalesce(vr.summary_description, '')) @@ plainto_tsquery('english', 'overheating')",
                    { $0.search = "overheating" }
                ),
                ("false", { $0.search = "RSS_2" }), ("false", { $0.search = "100%" }),
                ("false", { $0.search = "it's \\ \"x\"" }),
            ]
            for (condition, change) in cases {
                var filter = ReportFilter()
                change(&filter)
                filter.limit = 50
                let all = try await expected(connection, condition)
                let page = try await reader.page(filter)
                #expect(page.visits.map(\.id) == Array(all.prefix(50)), "\(condition)")
                #expect(page.totalCount == Int64(all.count), "\(condition)")
                filter.page = 2
                let second = try await reader.page(filter)
                #expect(second.visits.map(\.id) == Array(all.dropFirst(50).prefix(50)), "\(condition)")
                filter.page = 10_000
                let beyond = try await reader.page(filter)
                #expect(beyond.visits.isEmpty && beyond.totalCount == Int64(all.count), "\(condition)")
            }
            await connection.close()
        }
    }

    @Test func `following the cursor visits every report once`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await seeded(options)
            let reader = ReportReader(connection)
            var filter = ReportFilter()
            filter.limit = 400
            filter.count = .none
            var seen: [String] = []
            while true {
                let page = try await reader.page(filter)
                seen += page.visits.map(\.id)
                guard let next = page.next else { break }
                filter.after = ReportCursor(next)
            }
            let all = try await expected(connection, "true")
            #expect(seen == all)
            let first = try #require(try await reader.page(ReportFilter()).visits.first)
            let row = try #require(
                try await connection.query(
                    """
                    SELECT (SELECT count(*) FROM hardware_inventory WHERE visit_report_id = $1::uuid), (SELECT count(*) FROM recycling_records WHERE visit_report_id = $1::uuid),
                           (SELECT count(*) FROM files.file_attachments WHERE visit_report_id = $1::uuid)
                    """, [first.id]
                ).first)
            let counts = try row.decode(Int64.self, Int64.self, Int64.self)
            #expect(counts == (first.hardwareCount, first.recyclingCount, first.fileCount))
            await connection.close()
        }
    }

    @Test func `a capped total says that it is one`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await seeded(options)
            var filter = ReportFilter()
            filter.count = .capped(100)
            let capped = try await ReportReader(connection).page(filter)
            #expect(capped.totalCount == 100 && !capped.totalIsExact)
            filter.count = .capped(5000)
            let exact = try await ReportReader(connection).page(filter)
            #expect(exact.totalCount == 1500 && exact.totalIsExact)
            await #expect(throws: ReportError.unknown(kind: "office", name: "nowhere", isWithin: false)) {
                var filter = ReportFilter()
                filter.office = "nowhere"
                _ = try await ReportReader(connection).page(filter)
            }
            await connection.close()
        }
    }

    @Test func `an office is looked up within its organization, and of several the candidates are named`() async throws
    {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('North'), ('South');
                INSERT INTO offices (organization_id, name) SELECT id, 'Headquarters' FROM organizations;
                INSERT INTO offices (organization_id, name) SELECT id, 'Only here' FROM organizations WHERE name = 'North';
                """)
            let reader = ReportReader(connection)
            var filter = ReportFilter()
            filter.office = "headquarters"
            do {
                _ = try await reader.page(filter)
                Issue.record("not ambiguous")
            } catch let error as ReportError {
                let ids = try await connection.query(
                    "SELECT f.id FROM offices f JOIN organizations o ON o.id = f.organization_id WHERE f.name = 'Headquarters' ORDER BY o.name"
                ).map { try $0.decode(String.self, at: 0) }
                #expect(
                    error.report.detail
                        == "Candidates: \(ids[0]) (Headquarters of North), \(ids[1]) (Headquarters of South).")
                #expect(error.report.hint?.contains("--organization") == true)
            }
            filter.organization = "North"
            let page = try await reader.page(filter)
            #expect(page.visits.isEmpty)
            filter.organization = "South"
            filter.office = "Only here"
            await #expect(throws: ReportError.unknown(kind: "office", name: "Only here", isWithin: true)) {
                _ = try await reader.page(filter)
            }
        }
    }

    @Test func `a cursor is for its own filter, whatever page, limit and count`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await seeded(options)
            let reader = ReportReader(connection)
            var filter = ReportFilter()
            filter.limit = 5
            filter.status = "completed"
            let first = try await reader.page(filter)
            let next = try #require(first.next)
            #expect(first.visits.last?.cursor == next)
            filter.after = ReportCursor(next)
            filter.limit = 7
            filter.count = .none
            let second = try await reader.page(filter)
            #expect(second.visits.count == 7 && Set(second.visits.map(\.id)).isDisjoint(with: first.visits.map(\.id)))
            // By id and by name it is the same organization.
            let row = try #require(try await connection.query("SELECT id, name FROM organizations LIMIT 1").first)
            let (id, name) = try row.decode(String.self, String.self)
            var named = ReportFilter()
            named.limit = 1
            named.organization = name
            let page = try await reader.page(named)
            named.after = page.next.flatMap { ReportCursor($0) }
            named.organization = id
            _ = try await reader.page(named)
            let changes: [(inout ReportFilter) -> Void] = [
                { $0.status = "draft" }, { $0.status = nil }, { $0.search = "printer" }, { $0.organization = id },
                { $0.from = CalendarDate("2026-01-01") }, { $0.to = CalendarDate("2026-01-01") },
            ]
            for change in changes {
                var other = filter
                change(&other)
                let asked = other
                await #expect(throws: ReportError.foreignCursor) { _ = try await reader.page(asked) }
            }
            await connection.close()
        }
    }

    @Test func `a page past the end says so, and an infinite time is one`() async throws {
        let beyond = ReportPage(visits: [], totalCount: 1318, totalIsExact: true, next: nil)
        #expect(beyond.tables[0].emptyMessage == "The page is past the last visit report.")
        #expect(beyond.tables[0].notes == ["1318 visit reports match the filter."])
        let none = ReportPage(visits: [], totalCount: 0, totalIsExact: true, next: nil)
        #expect(none.tables[0].emptyMessage == "No visit report matches the filter.")
        #expect(none.tables[0].notes == ["0 of 0 visit reports."])
    }

    private static func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    @Test(arguments: [
        "", "x", "!!!!", "AAAA", "fn5-",
        encoded("2026-11-24~2026-11-24 01:59:50+00~01a2082f-da1b-777b-8881-1d2900f10b49"),
        encoded("2026-11-24~tomorrow~01a2082f-da1b-777b-8881-1d2900f10b49~00000000"),
        encoded("2026-11-24~2026-11-24 25:59:50+00~01a2082f-da1b-777b-8881-1d2900f10b49~00000000"),
        encoded("2026-11-24~2026-02-30 01:59:50+00~01a2082f-da1b-777b-8881-1d2900f10b49~00000000"),
        encoded("2026-11-24~2026-11-24 01:59:50+00~01a2082f-da1b-777b-8881-1d2900f10b49~xyz"),
    ])
    func `what is not a cursor is refused`(text: String) { #expect(ReportCursor(text) == nil) }

    @Test(arguments: [
        "2026-11-24 01:59:50.123456+00", "0044-03-15 00:00:00+00 BC", "12345-01-01 00:00:00+00", "infinity",
        "-infinity",
    ])
    func `a cursor of any time is read again as it was written`(time: String) {
        let cursor = ReportCursor(
            visitDate: "2026-11-24", createdAt: time, id: UUID(), filter: "0a1b2c3d")
        #expect(ReportCursor(cursor.text) == cursor)
    }
}
