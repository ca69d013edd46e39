import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// Migrations take nothing over that a role with fewer rights could change or drop afterwards.
@Suite struct ForeignObjectTests {
    private func refusal(_ sql: String, _ scenario: TenantScenario) async throws -> ForeignObject? {
        let source = MigrationSource.directory(try folder(sql))
        let migrator = Migrator(scenario.admin, source: source, lockPolicy: LockPolicy(), runID: UUID().uuidString)
        do {
            try await migrator.up(.silent)
            return nil
        } catch let error as ForeignObject {
            return error
        }
    }

    private func folder(_ sql: String) throws -> String {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("rssctl-owners-\(UUID().uuidString)")
            .path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try sql.write(toFile: "\(path)/V0001__take_over.sql", atomically: true, encoding: .utf8)
        return path
    }

    @Test(arguments: [
        ("CREATE SCHEMA IF NOT EXISTS app;", "schema app"),
        ("CREATE OR REPLACE FUNCTION app.f(int) RETURNS int LANGUAGE sql AS 'SELECT 1';", "function app.f(integer)"),
        ("CREATE OR REPLACE FUNCTION theirs() RETURNS int LANGUAGE sql AS 'SELECT 1';", "function theirs()"),
        ("CREATE OR REPLACE VIEW public.their_view AS SELECT 1 AS a;", "view their_view"),
        ("CREATE TABLE IF NOT EXISTS their_table (a int);", "table their_table"),
        (
            "CREATE SCHEMA IF NOT EXISTS fresh; CREATE OR REPLACE FUNCTION ours() RETURNS int LANGUAGE sql AS 'SELECT 1';",
            nil
        ),
    ])
    func `what belongs to a lesser role is refused before anything is run`(sql: String, object: String?) async throws {
        try await TenantScenario.run { scenario in
            try await scenario.tenant.executeScript(
                """
                CREATE FUNCTION public.theirs() RETURNS int LANGUAGE sql AS 'SELECT 2';
                CREATE VIEW public.their_view AS SELECT 1 AS a; CREATE TABLE public.their_table (a int);
                """)
            let refused = try await refusal("CREATE TABLE public.first (a int);\n" + sql, scenario)
            #expect(refused?.object == object)
            let isThere = try await scenario.admin.value("SELECT to_regclass('public.first') IS NOT NULL")
            #expect(isThere == (object == nil ? "t" : "f"))
            guard let refused else { return }
            #expect(refused.owner == scenario.role && refused.report.code == "RSS-PG-026")
        }
    }

    @Test func `the schema and the report function of the shipped migrations are not taken over from another role`()
        async throws
    {
        for sql in [
            "CREATE SCHEMA files",
            """
            CREATE FUNCTION public.get_visit_reports_optimized(uuid, uuid, uuid, varchar, date, date, text, integer, integer)
            RETURNS int LANGUAGE sql AS 'SELECT 1'
            """,
        ] {
            try await TenantScenario.run { scenario in
                try await scenario.admin.executeScript(
                    "GRANT CREATE ON DATABASE \(try await scenario.admin.value("SELECT current_database()") ?? "") TO \(scenario.role)"
                )
                try await scenario.tenant.execute(sql)
                let migrator = Migrator(
                    scenario.admin, source: .shipped, lockPolicy: LockPolicy(), runID: UUID().uuidString)
                await #expect(throws: ForeignObject.self) { try await migrator.up(.silent) }
            }
        }
    }

    @Test func `a function that is better matched than an extension's is refused on the path of migrations`()
        async throws
    {
        try await TenantScenario.run(migrated: true) { scenario in
            try await scenario.admin.refuseShadows(on: "public")
            try await scenario.tenant.execute(
                "CREATE FUNCTION public.similarity(varchar, varchar) RETURNS real LANGUAGE sql AS 'SELECT 1::real'")
            let refused = await #expect(throws: ShadowedPath.self) {
                try await scenario.admin.refuseShadows(on: "public")
            }
            #expect(refused?.object == "FUNCTION similarity(character varying,character varying)")
        }
    }

    @Test func `the functions of the key registry have nothing on their path that others may write`() async throws {
        try await TenantScenario.run(migrated: true) { scenario in
            let paths = try await scenario.admin.query(
                """
                SELECT DISTINCT array_to_string(p.proconfig, '; ') FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                WHERE n.nspname = 'public' AND p.prosecdef AND p.proname LIKE 'visit\\_report\\_keys\\_%' AND p.proconfig IS NOT NULL
                """
            ).map { try $0.decode(String.self, at: 0) }
            #expect(paths == ["search_path=pg_catalog, pg_temp"])
            // An operator that fits report numbers better than PostgreSQL's own, as any role may make it here.
            try await scenario.tenant.executeScript(
                """
                CREATE FUNCTION public.differs(varchar, varchar) RETURNS boolean LANGUAGE plpgsql AS $$
                    BEGIN PERFORM app.alarm(); RETURN $1 OPERATOR(pg_catalog.<>) $2; END $$;
                CREATE OPERATOR public.<> (LEFTARG = varchar, RIGHTARG = varchar, FUNCTION = public.differs);
                """)
            try await scenario.admin.executeScript(
                """
                INSERT INTO public.organizations (id, name) VALUES (md5('o')::uuid, 'One');
                INSERT INTO public.visit_reports (id, report_number, organization_id, visit_date)
                SELECT md5('v')::uuid, 'R-1', md5('o')::uuid, date_trunc('month', current_date)::date;
                UPDATE public.visit_reports SET visit_date = visit_date + 40;
                """)
            #expect(try await scenario.alarms(scenario.admin) == [])
            #expect(
                try await scenario.admin.value(
                    "SELECT visit_date - date_trunc('month', current_date)::date FROM visit_report_keys") == "40")
        }
    }
}
