import Foundation
import PostgresClient
import TestSupport
import Testing

/// `report install` and `report uninstall` as they are run.
@Suite struct ReportInstallTests {
    /// The function as it was first written, with the three faults fixed for which no call of it ended.
    static let first = """
        CREATE OR REPLACE FUNCTION public.get_visit_reports_optimized(
            p_organization_id UUID, p_office_id UUID DEFAULT NULL, p_technician_id UUID DEFAULT NULL,
            p_status VARCHAR(50) DEFAULT NULL, p_start_date DATE DEFAULT NULL, p_end_date DATE DEFAULT NULL,
            p_search_text TEXT DEFAULT NULL, p_page INTEGER DEFAULT 1, p_limit INTEGER DEFAULT 20)
        RETURNS TABLE(total_count BIGINT, visit_data JSONB) AS $$
        DECLARE
            offset_value INTEGER := (p_page - 1) * p_limit;
            c TEXT := 'WHERE vr.organization_id = $1';
        BEGIN
            IF p_office_id IS NOT NULL THEN c := c || ' AND vr.office_id = $2'; END IF;
            IF p_technician_id IS NOT NULL THEN c := c || ' AND vr.technician_id = $3'; END IF;
            IF p_status IS NOT NULL THEN c := c || ' AND vr.status = $4'; END IF;
            IF p_start_date IS NOT NULL THEN c := c || ' AND vr.visit_date >= $5'; END IF;
            IF p_end_date IS NOT NULL THEN c := c || ' AND vr.visit_date <= $6'; END IF;
            IF p_search_text IS NOT NULL THEN
                c := c || ' AND (to_tsvector(''english'', vr.visit_purpose || '' '' || COALESCE(vr.summary_description, ''''))
                    @@ plainto_tsquery(''english'', $7) OR vr.report_number ILIKE $7 OR o.name ILIKE $7)';
            END IF;
            RETURN QUERY EXECUTE format('WITH visit_counts AS (
                SELECT COUNT(*) OVER() AS total_count, vr.id, vr.report_number, vr.visit_date, vr.visit_type, vr.status, vr.priority,
                    vr.completion_percentage, o.name AS organization_name, off.name AS office_name,
                    u.first_name || '' '' || u.last_name AS technician_name,
                    COUNT(hi.id) OVER (PARTITION BY vr.id) AS hardware_count,
                    COUNT(rr.id) OVER (PARTITION BY vr.id) AS recycling_count,
                    COUNT(fa.id) OVER (PARTITION BY vr.id) AS file_count, vr.created_at, vr.updated_at
                FROM visit_reports vr JOIN organizations o ON vr.organization_id = o.id JOIN offices off ON vr.office_id = off.id
                JOIN users u ON vr.technician_id = u.id LEFT JOIN hardware_inventory hi ON vr.id = hi.visit_report_id
                LEFT JOIN recycling_records rr ON vr.id = rr.visit_report_id
                LEFT JOIN files.file_attachments fa ON vr.id = fa.visit_report_id
                %s ORDER BY vr.visit_date DESC, vr.created_at DESC LIMIT %s OFFSET %s)
                SELECT COALESCE(MAX(total_count), 0), jsonb_agg(jsonb_build_object(''id'', id, ''reportNumber'', report_number,
                    ''visitDate'', visit_date, ''visitType'', visit_type, ''status'', status, ''priority'', priority,
                    ''completionPercentage'', completion_percentage, ''organizationName'', organization_name,
                    ''officeName'', office_name, ''technicianName'', technician_name, ''hardwareCount'', hardware_count,
                    ''recyclingCount'', recycling_count, ''fileCount'', file_count, ''createdAt'', created_at,
                    ''updatedAt'', updated_at)) FROM visit_counts', c, p_limit, offset_value)
            USING p_organization_id, p_office_id, p_technician_id, p_status, p_start_date, p_end_date, '%' || p_search_text || '%';
        END;
        $$ LANGUAGE plpgsql STABLE;
        """

    private static let state = """
        SELECT concat_ws('|', p.prosrc, p.proacl::text, pg_get_userbyid(p.proowner), obj_description(p.oid, 'pg_proc'), p.oid)
        FROM pg_proc p WHERE p.oid = to_regproc('public.get_visit_reports_optimized')
        """

    private func withDatabaseAndBinary(
        _ body: (PostgresConnection, Binary) async throws -> Void
    ) async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let admin = try await PostgresConnection.connect(options)
                try await body(admin, Binary(state: state, environment: try await target(options)))
                await admin.close()
            }
        }
    }

    private func state(_ admin: PostgresConnection) async throws -> String? {
        try await admin.query(Self.state).first?.decode(String.self, at: 0)
    }

    @Test func `another function is replaced with all that belongs to it, and put back as it was`() async throws {
        let tag = UUID().uuidString.prefix(8).lowercased()
        let (owner, caller) = ("fn_owner_\(tag)", "fn \"caller\" \(tag)")
        let quoted = "\"\(caller.replacing("\"", with: "\"\""))\""
        try await withDatabaseAndBinary { admin, binary in
            try await admin.executeScript(
                """
                CREATE ROLE \(owner); CREATE ROLE \(quoted);
                \(Self.first)
                COMMENT ON FUNCTION public.get_visit_reports_optimized IS 'Ours since ''24';
                REVOKE ALL ON FUNCTION public.get_visit_reports_optimized FROM PUBLIC;
                GRANT EXECUTE ON FUNCTION public.get_visit_reports_optimized TO \(quoted) WITH GRANT OPTION;
                ALTER FUNCTION public.get_visit_reports_optimized OWNER TO \(owner);
                """)
            let before = try #require(try await state(admin))
            let dry = try await binary.run("report", "install", "--dry-run")
            #expect(
                dry.status == 0 && dry.output.contains("ALTER FUNCTION public.get_visit_reports_optimized("),
                "\(dry.errors)")
            #expect(try await state(admin) == before)
            let installed = try await binary.run("report", "install", "--yes")
            #expect(installed.status == 0, "\(installed.output)\(installed.errors)")
            let after = try #require(try await state(admin)).split(separator: "|", omittingEmptySubsequences: false)
            let old = before.split(separator: "|", omittingEmptySubsequences: false)
            #expect(after.suffix(4).dropLast() == old.suffix(4).dropLast(), "grants, owner and comment")
            #expect(after.last != old.last, "the old one is kept, not changed")
            let kept = try await admin.query(
                "SELECT oid::text FROM pg_proc WHERE proname = 'rssctl_old_get_visit_reports_optimized'")
            #expect(try kept.first?.decode(String.self, at: 0) == String(old.last ?? ""))
            let again = try await binary.run("report", "install", "--yes", "--output", "json")
            #expect(again.status == 0 && again.output.contains("\"state\" : \"ok\""), "\(again.output)\(again.errors)")
            let removed = try await binary.run("report", "uninstall", "--yes")
            #expect(removed.status == 0, "\(removed.errors)")
            #expect(try await state(admin) == before)
            let none = try await binary.run("report", "uninstall", "--yes")
            #expect(none.status == 1 && none.errors.contains("RSS-REPORT-012"), "\(none.errors)")
            try await admin.executeScript("DROP OWNED BY \(owner), \(quoted); DROP ROLE \(owner), \(quoted)")
        }
    }

    @Test func `installed over a changed function of the migrations there is no drift, and uninstalled there is again`()
        async throws
    {
        try await withDatabase { options in
            try await withState { state in
                let admin = try await PostgresConnection.connect(options)
                let binary = Binary(state: state, environment: try await target(options))
                #expect(try await binary.run("migrate").status == 0)
                try await admin.executeScript(Self.first)
                #expect(try await binary.run("migrate", "drift").status == 3)
                let installed = try await binary.run("report", "install", "--yes")
                #expect(installed.status == 0, "\(installed.output)\(installed.errors)")
                let drift = try await binary.run("migrate", "drift")
                #expect(drift.status == 0, "\(drift.output)")
                #expect(try await binary.run("report", "uninstall", "--yes").status == 0)
                #expect(try await binary.run("migrate", "drift").status == 3)
                // Another one in its place is kept under a number of its own.
                #expect(try await binary.run("report", "install", "--yes").status == 0)
                try await admin.executeScript(Self.first)
                #expect(try await binary.run("report", "install", "--yes").status == 0)
                let names = try await admin.query(
                    "SELECT proname::text FROM pg_proc WHERE proname LIKE 'rssctl\\_old\\_%' ORDER BY 1"
                ).map { try $0.decode(String.self, at: 0) }
                #expect(
                    names == ["rssctl_old_get_visit_reports_optimized", "rssctl_old_get_visit_reports_optimized_2"])
                await admin.close()
            }
        }
    }

    @Test func `a database without the function gets it`() async throws {
        try await withDatabaseAndBinary { admin, binary in
            try await admin.execute("DROP FUNCTION public.get_visit_reports_optimized")
            let installed = try await binary.run("report", "install", "--yes")
            #expect(installed.status == 0, "\(installed.output)\(installed.errors)")
            #expect(try await state(admin)?.contains("One page of visit reports") == true)
        }
    }

    @Test func `what uses the old one is named, and an overload beside rssctl's own is refused`() async throws {
        try await withDatabaseAndBinary { admin, binary in
            try await admin.executeScript(
                """
                \(Self.first)
                CREATE VIEW public.page AS SELECT f.total_count FROM public.get_visit_reports_optimized(gen_random_uuid()) f;
                """)
            let installed = try await binary.run("report", "install", "--yes")
            #expect(installed.status == 0 && installed.errors.contains("view public.page"), "\(installed.errors)")
            try await admin.execute(
                "CREATE FUNCTION public.get_visit_reports_optimized(uuid, uuid, uuid, text, date, date, text, int, int) RETURNS TABLE (total_count bigint, visit_data jsonb) LANGUAGE sql AS 'SELECT 0::bigint, NULL::jsonb'"
            )
            let refused = try await binary.run("report", "install", "--yes")
            #expect(refused.status == 1 && refused.errors.contains("RSS-REPORT-010"), "\(refused.errors)")
        }
    }

    @Test func `the first function has ten faults, each on reports made for it where the database has none`()
        async throws
    {
        try await withDatabaseAndBinary { admin, binary in
            try await admin.executeScript(Self.first)
            let live = try await binary.run("report", "check", "--call-timeout", "60s", "--output", "json")
            #expect(live.status == 2, "\(live.errors)")
            let made = try await binary.run("report", "check", "--scratch", "--call-timeout", "60s", "--output", "json")
            #expect(made.status == 2, "\(made.errors)")
            let document = try #require(
                try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
            let checks = try #require((document["result"] as? [String: Any])?["checks"] as? [[String: Any]])
            let found = checks.filter { ($0["findings"] as? [Any])?.isEmpty == false }.compactMap {
                $0["check"] as? String
            }
            #expect(
                Set(found).isSuperset(of: [
                    "report.total", "report.page_size", "report.counts", "report.past_end", "report.search",
                    "report.technician_name", "report.incomplete", "report.limits", "report.filter_type",
                ]), "\(found)")
            #expect(checks.allSatisfy { $0["verdict"] as? String != "blind" }, "\(made.output)")
        }
    }
}
