import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSReport

/// Random filters over hostile data, each compared with what a plain statement finds.
@Suite struct ReportOracleTests {
    /// SplitMix64: the same filters in each run.
    private struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var value = state
            value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
            value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
            return value ^ (value >> 31)
        }
    }

    /// Names with quotes and patterns, NULLs, ties, times without end, and days before and after all partitions of months.
    static let data = """
        DO $$ DECLARE part regclass; BEGIN
            FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'visit_reports'::regclass LOOP
                EXECUTE format('DROP TABLE %s', part);
            END LOOP;
        END $$;
        CREATE TABLE visit_reports_before PARTITION OF visit_reports FOR VALUES FROM (MINVALUE) TO ('2026-01-01');
        CREATE TABLE visit_reports_2026_01 PARTITION OF visit_reports FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
        CREATE TABLE visit_reports_2026_02 PARTITION OF visit_reports FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
        CREATE TABLE visit_reports_2026_04 PARTITION OF visit_reports FOR VALUES FROM ('2026-04-01') TO ('2026-05-01');
        CREATE TABLE visit_reports_after PARTITION OF visit_reports FOR VALUES FROM ('2026-05-01') TO (MAXVALUE);
        INSERT INTO organizations (name) VALUES
            ('North'), ('100% _Solutions\\'), ('O''Brien "& Sons"'), (E'line\\u2028break'), ('Straße ﬀ'), ('DROP TABLE; --');
        INSERT INTO offices (organization_id, name) SELECT id, 'Headquarters' FROM organizations;
        INSERT INTO offices (organization_id, name) SELECT id, 'O''ffice %_' FROM organizations ORDER BY name LIMIT 3;
        INSERT INTO users (first_name, last_name, email) VALUES
            ('Ada', NULL, 'ada@x.example'), ('Ben', 'Zed', 'ben@x.example'), ('', '', 'nameless@x.example'), ('😀', 'É', 'e@x.example');
        INSERT INTO categories (name) VALUES ('hostile');
        INSERT INTO visit_reports (report_number, organization_id, office_id, technician_id, visit_date, visit_type, visit_purpose,
            summary_description, status, priority, completion_percentage, created_at, updated_at)
        SELECT CASE g % 11 WHEN 0 THEN 'A_B-' WHEN 1 THEN '100%-' WHEN 2 THEN 'back\\slash-' ELSE 'RSS-2026-' END || g,
            o.id, CASE WHEN g % 5 > 0 THEN (SELECT f.id FROM offices f WHERE f.organization_id = o.id ORDER BY f.name OFFSET g % 2 LIMIT 1) END,
            CASE WHEN g % 7 > 1 THEN (SELECT u.id FROM users u ORDER BY u.email OFFSET g % 4 LIMIT 1) END,
            CASE WHEN g % 97 = 0 THEN 'infinity' WHEN g % 89 = 0 THEN '-infinity' WHEN g % 83 = 0 THEN '0044-03-15 BC'
                WHEN g % 79 = 0 THEN '12345-06-07' WHEN g % 3 = 0 THEN '2026-04-10' WHEN h % 13 < 7 THEN date '2026-01-01' + h % 59
                ELSE date '2026-04-01' + h % 60 END::date,
            (ARRAY['routine', 'repair', 'a''b'])[1 + h % 3],
            CASE WHEN g % 4 > 0 THEN (ARRAY['Printer repaired', 'it''s "quoted"', 'the and of', 'a & b | !c', E'tab\\there'])[1 + h % 5] END,
            CASE WHEN g % 6 > 0 THEN (ARRAY['Two printers', E'emoji 😀 \\u2028 line', 'zephyr', '', 'c:\\win 50%'])[1 + h % 5] END,
            (ARRAY['draft', 'completed', 'completed', 'completed', 'approved'])[1 + h % 5],
            (ARRAY['low', 'medium', 'normal', 'high', 'urgent', 'critical'])[1 + h % 6], h % 101,
            CASE WHEN g % 53 = 0 THEN 'infinity' WHEN g % 59 = 0 THEN '-infinity' WHEN g % 3 = 0 THEN '2026-04-10 12:00:00.000001+00'
                ELSE timestamptz '2026-01-01 00:00:00.123456+00' + make_interval(secs => h % 1000000) END,
            CASE WHEN g % 61 = 0 THEN 'infinity' ELSE timestamptz '2026-05-01+00' + make_interval(mins => h % 500) END
        FROM (SELECT g, abs(hashint4(g)) AS h FROM generate_series(1, 1400) g) x
        JOIN LATERAL (SELECT id FROM organizations ORDER BY name OFFSET h % 6 LIMIT 1) o ON true;
        INSERT INTO hardware_inventory (visit_report_id, category_id, device_name)
            SELECT k.id, c.id, 'd' FROM (SELECT id FROM visit_report_keys ORDER BY report_number LIMIT 300) k, categories c, generate_series(1, 2)
            WHERE c.name = 'hostile';
        INSERT INTO recycling_records (visit_report_id, category_id)
            SELECT k.id, c.id FROM (SELECT id FROM visit_report_keys ORDER BY report_number LIMIT 200) k, categories c WHERE c.name = 'hostile';
        ANALYZE visit_reports;
        """

    static let words = [
        "printer", "two", "zephyr", "RSS", "RSS-2026-7", "rss_2", "100%", "%", "_", "\\", "it's", "\"quoted\"", "a & b",
        "the", "of the", "North", "o'brien", "DROP TABLE; --", "Solutions\\", "straße", "\u{2028}", "😀", "  ", " two ",
        "nothing of the kind", "A_B-", "back\\slash", "c:\\win", "-11", String(repeating: "x", count: 10_000),
    ]

    /// A filter with the condition and the order that a plain statement has for it.
    private struct Question {
        var filter = ReportFilter()
        var conditions: [String] = []
        var arguments: [String?] = []
        var order: String {
            let direction = filter.sort.isDescending ? "DESC" : "ASC"
            let keys = "v.visit_date \(direction), v.created_at \(direction), v.id \(direction)"
            let value: String? =
                switch filter.sort.key {
                case .visit: nil
                case .created: "v.created_at"
                case .updated: "v.updated_at"
                case .number: "v.report_number"
                case .status: "v.status"
                case .priority:
                    "CASE v.priority WHEN 'low' THEN 1 WHEN 'medium' THEN 2 WHEN 'normal' THEN 2 WHEN 'high' THEN 3 WHEN 'urgent' THEN 4 ELSE 5 END"
                case .completion: "v.completion_percentage"
                case .organization: "o.name"
                case .office: "f.name"
                case .technician: "nullif(concat_ws(' ', u.first_name, u.last_name), '')"
                }
            return value.map { "\($0) \(direction) NULLS LAST, \(keys)" } ?? keys
        }

        mutating func add(_ condition: String, _ argument: String) {
            arguments.append(argument)
            conditions.append(condition.replacing("$", with: "$\(arguments.count)"))
        }
    }

    private static func question(
        _ numbers: inout Numbers, organizations: [String], offices: [String], technicians: [String]
    ) -> Question {
        var question = Question()
        func often(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }
        if often(55), let id = organizations.randomElement(using: &numbers) {
            question.filter.organization = id
            question.add("v.organization_id = $::uuid", id)
        }
        if often(12), let id = offices.randomElement(using: &numbers), question.filter.organization == nil {
            question.filter.office = id
            question.add("v.office_id = $::uuid", id)
        }
        if often(15), let id = technicians.randomElement(using: &numbers) {
            question.filter.technician = id
            question.add("v.technician_id = $::uuid", id)
        }
        if often(25), let status = ["draft", "completed", "approved", "archived"].randomElement(using: &numbers) {
            question.filter.status = status
            question.add("v.status = $", status)
        }
        if often(10) {
            question.filter.visitType = "a'b"
            question.add("v.visit_type = $", "a'b")
        }
        if often(10), let priority = ReportFilter.priorities.randomElement(using: &numbers) {
            question.filter.priority = priority
            question.add("v.priority = $", priority)
        }
        let days = [
            "0045-01-01 BC", "2025-12-31", "2026-01-15", "2026-02-28", "2026-03-15", "2026-04-10", "2026-05-20",
        ]
        if often(25), let day = days.randomElement(using: &numbers) {
            question.filter.from = CalendarDate(day)
            question.add("v.visit_date >= $::date", day)
        }
        if often(25), let day = days.randomElement(using: &numbers) {
            question.filter.to = CalendarDate(day)
            question.add("v.visit_date <= $::date", day)
        }
        if often(50), let words = Self.words.randomElement(using: &numbers) {
            question.filter.search = words
            let trimmed = words.trimmingCharacters(in: CharacterSet(charactersIn: " "))
            if !trimmed.isEmpty {
                question.add(
                    """
                    (strpos(lower(v.report_number), lower($)) > 0 OR strpos(lower(o.name), lower($)) > 0 OR
                     to_tsvector('pg_catalog.english', concat(v.visit_purpose, ' ', v.summary_description)) @@ plainto_tsquery('pg_catalog.english', $))
                    """, trimmed)
            }
        }
        if often(35), let key = ReportSort.Key.allCases.randomElement(using: &numbers) {
            question.filter.sort = ReportSort(key: key, isDescending: Bool.random(using: &numbers))
        }
        question.filter.limit = [1, 2, 7, 20, 60, 500].randomElement(using: &numbers) ?? 20
        question.filter.page = [1, 1, 1, 2, 3, 9].randomElement(using: &numbers) ?? 1
        return question
    }

    /// What a plain statement finds.
    private func expected(_ question: Question, _ connection: PostgresConnection) async throws -> [String] {
        let condition = question.conditions.isEmpty ? "true" : question.conditions.joined(separator: " AND ")
        return try await connection.query(
            """
            SELECT v.id FROM public.visit_reports v
            JOIN public.organizations o ON o.id = v.organization_id
            LEFT JOIN public.offices f ON f.id = v.office_id
            LEFT JOIN public.users u ON u.id = v.technician_id
            WHERE \(condition) ORDER BY \(question.order)
            """, question.arguments.map { $0 as any PostgresEncodable }
        ).map { try $0.decode(String.self, at: 0) }
    }

    private static func ids(_ table: String, _ connection: PostgresConnection) async throws -> [String] {
        try await connection.query("SELECT id FROM public.\(table) ORDER BY id").map {
            try $0.decode(String.self, at: 0)
        }
    }

    private func withHostileData(
        _ body: (PostgresConnection, () throws -> Question) async throws -> Void, seed: UInt64
    ) async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(Self.data)
            let organizations = try await Self.ids("organizations", connection)
            let offices = try await Self.ids("offices", connection)
            let technicians = try await Self.ids("users", connection)
            var numbers = Numbers(state: seed)
            try await body(connection) {
                Self.question(&numbers, organizations: organizations, offices: offices, technicians: technicians)
            }
        }
    }

    @Test func `500 random filters over hostile data have the page and the total of a plain statement`() async throws {
        try await withHostileData(
            { connection, next in
                let reader = ReportReader(connection)
                for index in 0..<500 {
                    var question = try next()
                    let all = try await expected(question, connection)
                    question.filter.count = [.exact, .capped(37), .none, .estimate][index % 4]
                    let filter = question.filter
                    let page = try await reader.page(filter)
                    let skipped = (filter.page - 1) * filter.limit
                    #expect(
                        page.visits.map(\.id) == Array(all.dropFirst(skipped).prefix(filter.limit)),
                        "\(index) \(filter)")
                    #expect((page.next == nil) == (skipped + filter.limit >= all.count), "\(index) \(filter)")
                    switch filter.count {
                    case .none: #expect(page.totalCount == nil)
                    case .exact: #expect(page.totalCount == Int64(all.count) && page.totalIsExact, "\(index) \(filter)")
                    case .capped:
                        #expect(page.totalIsExact == (page.totalCount == Int64(all.count)), "\(index) \(filter)")
                        #expect(page.totalCount.map { $0 >= min(37, all.count) && $0 <= all.count } == true)
                    case .estimate:
                        #expect(!page.totalIsExact || page.totalCount == Int64(all.count), "\(index) \(filter)")
                        let shown = page.visits.isEmpty ? 0 : skipped + page.visits.count
                        #expect(page.totalCount.map { Int($0) >= shown } == true, "\(index) \(filter)")
                    }
                }
            }, seed: 1)
    }

    @Test func `pages by cursor concatenate to the whole, also while reports are added before the cursor`() async throws
    {
        try await withHostileData(
            { connection, next in
                let reader = ReportReader(connection)
                for index in 0..<60 {
                    var question = try next()
                    question.filter.page = 1
                    question.filter.limit = [3, 40, 333][index % 3]
                    question.filter.count = .none
                    let all = try await expected(question, connection)
                    if question.filter.limit == 3, all.count > 150 { continue }
                    var seen: [String] = []
                    var filter = question.filter
                    while true {
                        let page = try await reader.page(filter)
                        seen += page.visits.map(\.id)
                        // Before every place of the order by visit date, newest first.
                        if filter.sort == .newest {
                            try await connection.execute(
                                """
                                INSERT INTO visit_reports (report_number, organization_id, visit_date, created_at)
                                SELECT 'new ' || gen_random_uuid(), id, 'infinity', 'infinity' FROM organizations LIMIT 1
                                """)
                        }
                        guard let next = page.next else { break }
                        filter.after = ReportCursor(next)
                        #expect(filter.after?.text == next)
                    }
                    #expect(seen.filter(Set(all).contains) == all, "\(index) \(question.filter)")
                    #expect(Set(seen).count == seen.count)
                    var streamed: [String] = []
                    try await reader.all(question.filter) { streamed += $0.map(\.id) }
                    #expect(streamed == (try await expected(question, connection)), "\(index) \(question.filter)")
                }
            }, seed: 2)
    }

    @Test func `the function for the backend answers as the query does`() async throws {
        struct Report: Decodable, Equatable {
            let id: String
            let reportNumber: String
            let organizationName: String?
            let officeName: String?
            let technicianName: String?
            let hardwareCount: Int64
            let recyclingCount: Int64
        }
        try await withHostileData(
            { connection, next in
                let reader = ReportReader(connection)
                var compared = 0
                while compared < 150 {
                    var filter = try next().filter
                    guard let organization = filter.organization else { continue }
                    compared += 1
                    filter.sort = .newest
                    filter.visitType = nil
                    filter.priority = nil
                    filter.count = .exact
                    let page = try await reader.page(filter)
                    let row = try #require(
                        try await connection.query(
                            """
                            SELECT total_count, coalesce(visit_data, '[]')::text
                            FROM public.get_visit_reports_optimized($1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8, $9)
                            """,
                            [
                                organization, filter.office, filter.technician, filter.status, filter.from, filter.to,
                                filter.search, Int32(filter.page), Int32(filter.limit),
                            ] as [any PostgresEncodable]
                        ).first)
                    let (total, text) = try row.decode(Int64.self, String.self)
                    let reports = try JSONDecoder().decode([Report].self, from: Data(text.utf8))
                    #expect(total == page.totalCount, "\(filter)")
                    let expected = page.visits.map {
                        Report(
                            id: $0.id, reportNumber: $0.reportNumber, organizationName: $0.organizationName,
                            officeName: $0.officeName, technicianName: $0.technicianName,
                            hardwareCount: $0.hardwareCount, recyclingCount: $0.recyclingCount)
                    }
                    #expect(reports == expected, "\(filter)")
                }
            }, seed: 3)
    }
}
