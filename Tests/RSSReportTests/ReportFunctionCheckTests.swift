import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSReport

/// The function of a database, replaced by others that have one fault each.
@Suite struct ReportFunctionCheckTests {
    /// How rssctl's own function becomes one with a fault: a text in it, and what is put in its place.
    private static let faults: [String: [(String, String)]] = [
        "report.call": [("BEGIN\n", "BEGIN\n    RAISE 'there is no parameter $1';\n")],
        "report.filter_type": [("IF p_office_id IS NOT NULL THEN", "IF false THEN")],
        "report.filter_mix": [("IF p_status IS NOT NULL THEN", "IF false THEN")],
        "report.total": [("SELECT count(*) FROM ' || source INTO", "SELECT count(*) * 6 FROM ' || source INTO")],
        "report.page_size": [("LIMIT $9 OFFSET", "LIMIT ($9 + 4) / 5 OFFSET")],
        "report.counts": [("(SELECT count(*) FROM hardware_inventory", "(SELECT 2 * count(*) FROM hardware_inventory")],
        "report.past_end": [("'SELECT $5, jsonb_agg(", "'SELECT CASE count(*) WHEN 0 THEN 0 ELSE $5 END, jsonb_agg(")],
        "report.tie_order": [
            ("vr.created_at DESC, vr.id DESC", "vr.created_at DESC, vr.id ASC"),
            ("v.created_at DESC, v.id DESC", "v.created_at DESC, v.id ASC"),
        ],
        "report.search": [
            ("replace(replace(replace(search_text, '\\', '\\\\'), '%', '\\%'), '_', '\\_')", "search_text")
        ],
        "report.search_speed": [
            ("IF search_text IS NOT NULL THEN", "IF search_text IS NOT NULL THEN PERFORM pg_sleep(60);")
        ],
        "report.page_speed": [
            (
                "BEGIN\n",
                "BEGIN\n    IF p_start_date IS NULL AND p_search_text IS NULL THEN PERFORM pg_sleep(60); END IF;\n"
            )
        ],
        "report.technician_name": [
            ("concat_ws('' '', u.first_name, u.last_name)", "u.first_name || '' '' || u.last_name")
        ],
        "report.incomplete": [("LEFT JOIN offices", "JOIN offices")],
        "report.limits": [("least(greatest(coalesce(p_limit, 20), 1), 1000)", "greatest(coalesce(p_limit, 20), 1)")],
    ]

    private func withRows(
        _ body: (PostgresConnection, ConnectionOptions) async throws -> Void
    ) async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await ReportProbeRows.insert(connection)
            try await body(connection, options)
            await connection.close()
        }
    }

    private func check(_ options: ConnectionOptions, _ timeout: Duration = .seconds(60)) async throws -> [CheckReport] {
        var options = options
        options.session.readOnly = true
        options.session.statementTimeout = timeout
        let connection = try await PostgresConnection.connect(options)
        let reports = try await ReportFunctionCheck(connection, callTimeout: timeout).run(.silent)
        await connection.close()
        return reports
    }

    private func found(_ reports: [CheckReport]) -> [String] {
        reports.filter { !$0.outcome.findings.isEmpty }.map(\.check)
    }

    @Test func `sixteen checks have a key, a reason and a threshold each`() {
        let checks = ReportFunctionCheck.checks
        #expect(checks.count == 16 && Set(checks.map(\.key)).count == 16)
        for check in checks {
            #expect(check.key.wholeMatch(of: /report\.[a-z_]+/) != nil)
            #expect(check.why.hasSuffix(".") && !check.threshold.isEmpty && !check.title.isEmpty, "\(check.key)")
        }
    }

    @Test func `the shipped function passes every probe`() async throws {
        try await withRows { _, options in
            for report in try await check(options) {
                #expect(report.outcome == .ok(nil), "\(report.check): \(report.outcome)")
            }
        }
    }

    @Test(arguments: ReportFunctionCheckTests.faults.keys.sorted())
    func `a function with one fault is found by the probe for it`(key: String) async throws {
        try await withRows { connection, options in
            let text = try #require(
                try await connection.query(
                    "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE proname = 'get_visit_reports_optimized'"
                ).first?.decode(String.self, at: 0))
            var changed = text
            for (part, other) in Self.faults[key] ?? [] {
                #expect(changed.contains(part), "\(part)")
                changed = changed.replacing(part, with: other, maxReplacements: part == "BEGIN\n" ? 1 : .max)
            }
            try await connection.executeScript(changed)
            let isSlow = key.hasSuffix("_speed")
            let reports = try await check(options, isSlow ? .seconds(3) : .seconds(60))
            let report = try #require(reports.first { $0.check == key })
            let finding = try #require(report.outcome.findings.first, "\(report.outcome)")
            #expect(finding.object.hasPrefix("public.get_visit_reports_optimized(uuid, "))
            #expect(finding.detail.contains("p_organization_id => '"), "\(finding.detail)")
            #expect(finding.fix == "rssctl report install")
            if key == "report.call" {
                #expect(reports.filter { $0.outcome.verdict == .blind }.count == 13, "what cannot be seen is not ok")
            }
        }
    }

    @Test func `a missing function, one that no call fits, and two that fit`() async throws {
        try await withRows { connection, options in
            try await connection.execute(
                "CREATE FUNCTION public.get_visit_reports_optimized(uuid, uuid, uuid, varchar, date, date, text, bigint, integer) RETURNS TABLE (total_count bigint, visit_data jsonb) LANGUAGE sql AS 'SELECT 1::bigint, NULL::jsonb'"
            )
            let two = try await check(options)
            #expect(two.first?.outcome.findings.first?.detail.contains("is not unique") == true, "\(two[0].outcome)")
            // Each of them is probed.
            #expect(found(two).contains("report.call"))
            try await connection.executeScript(
                """
                DROP FUNCTION public.get_visit_reports_optimized(uuid, uuid, uuid, varchar, date, date, text, bigint, integer);
                ALTER FUNCTION public.get_visit_reports_optimized RENAME TO other;
                """)
            let none = try await check(options)
            #expect(none.first?.outcome.findings.first?.detail == "no function has this name")
            #expect(none.dropFirst().allSatisfy { $0.outcome.verdict == .blind })
            try await connection.execute(
                "CREATE FUNCTION public.get_visit_reports_optimized(uuid) RETURNS int LANGUAGE sql AS 'SELECT 1'")
            let unfit = try await check(options)
            #expect(unfit.first?.outcome.findings.first?.detail.contains("nine arguments") == true)
            try await connection.executeScript(
                """
                DROP FUNCTION public.get_visit_reports_optimized;
                CREATE SCHEMA elsewhere;
                ALTER FUNCTION public.other RENAME TO get_visit_reports_optimized;
                ALTER FUNCTION public.get_visit_reports_optimized SET SCHEMA elsewhere;
                """)
            let elsewhere = try await check(options)
            #expect(elsewhere.first?.outcome.findings.first?.detail.contains("not on the path") == true)
        }
    }

    @Test func `a table without an index that leads to an organization's newest reports`() async throws {
        try await withRows { connection, options in
            try await connection.execute("DROP INDEX idx_visit_reports_org_date")
            let reports = try await check(options)
            #expect(found(reports) == ["report.partitions"], "\(found(reports))")
        }
    }

    @Test func `where the reports do not show it, a probe is blind and never ok`() async throws {
        try await withDatabase(migrated: true) { options in
            let empty = try await check(options)
            #expect(empty.first?.outcome == .ok(nil))
            #expect(empty.dropFirst().allSatisfy { $0.outcome.verdict == .blind }, "\(empty.map(\.outcome))")
        }
    }

    @Test func `a function of a role with fewer rights is never called`() async throws {
        let role = "fn_\(UUID().uuidString.prefix(8).lowercased())"
        try await withRows { connection, options in
            try await connection.executeScript(
                """
                CREATE ROLE \(role);
                CREATE TABLE public.called (n int);
                CREATE OR REPLACE FUNCTION public.get_visit_reports_optimized(p_organization_id uuid, p_office_id uuid DEFAULT NULL,
                    p_technician_id uuid DEFAULT NULL, p_status varchar DEFAULT NULL, p_start_date date DEFAULT NULL,
                    p_end_date date DEFAULT NULL, p_search_text text DEFAULT NULL, p_page int DEFAULT 1, p_limit int DEFAULT 20)
                RETURNS TABLE (total_count bigint, visit_data jsonb) LANGUAGE plpgsql AS $$
                BEGIN PERFORM pg_advisory_lock(4711); RETURN QUERY SELECT 0::bigint, NULL::jsonb; END $$;
                ALTER FUNCTION public.get_visit_reports_optimized OWNER TO \(role);
                """)
            var reading = options
            reading.session.readOnly = true
            let session = try await PostgresConnection.connect(reading)
            let reports = try await ReportFunctionCheck(session).run(.silent)
            let blind = reports.dropFirst()
            #expect(blind.allSatisfy { $0.outcome.unseen?.reason.contains(role) == true }, "\(blind.map(\.outcome))")
            let held = try await connection.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711")
            #expect(held.isEmpty, "it was called")
            await session.close()
            try await connection.executeScript("DROP OWNED BY \(role); DROP ROLE \(role)")
        }
    }

    @Test func `what a function sets in its session does not outlive its call`() async throws {
        try await withRows { connection, options in
            try await connection.execute("ALTER FUNCTION public.get_visit_reports_optimized RENAME TO inner_one")
            try await connection.executeScript(
                """
                CREATE FUNCTION public.get_visit_reports_optimized(a uuid, b uuid, c uuid, d varchar, e date, f date, g text, h int, i int)
                RETURNS TABLE (total_count bigint, visit_data jsonb) LANGUAGE plpgsql AS $$
                BEGIN
                    PERFORM set_config('statement_timeout', '0', false), set_config('search_path', 'pg_temp', false);
                    RETURN QUERY SELECT * FROM public.inner_one(a, b, c, d, e, f, g, h, i);
                END $$;
                ALTER FUNCTION public.inner_one SET search_path = public;
                """)
            var reading = options
            reading.session.readOnly = true
            reading.session.statementTimeout = .seconds(50)
            let session = try await PostgresConnection.connect(reading)
            let reports = try await ReportFunctionCheck(session).run(.silent)
            #expect(found(reports).isEmpty, "\(reports.map(\.outcome))")
            let setting = try await session.query("SELECT current_setting('statement_timeout')").first?.decode(
                String.self, at: 0)
            #expect(setting == "50s")
            await session.close()
        }
    }
}
