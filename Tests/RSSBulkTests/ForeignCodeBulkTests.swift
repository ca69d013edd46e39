import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk
@testable import RSSReport

/// A superuser loads, exports and reports tables of a tenant: the tenant's code never runs with more than its rights.
@Suite struct ForeignCodeBulkTests {
    private func prepared(_ sql: String, _ body: (TenantScenario, String) async throws -> Void) async throws {
        try await TenantScenario.run(migrated: true) { scenario in
            try await scenario.admin.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('Test');
                INSERT INTO visit_reports (report_number, visit_date, organization_id)
                    SELECT 'RSS-1', current_date, id FROM organizations;
                ALTER TABLE hardware_inventory OWNER TO \(scenario.role);
                GRANT USAGE ON SCHEMA files TO \(scenario.role);
                GRANT SELECT ON ALL TABLES IN SCHEMA files TO \(scenario.role);
                """)
            try await scenario.tenant.executeScript(sql)
            try await ArchiveScenario.withFolder { (folder: String) async throws -> Void in
                let path = "\(folder)/devices.csv"
                try Data("category,name,serial\nLaptop,a,S1\nLaptop,b,S2\n".utf8).write(
                    to: URL(fileURLWithPath: path))
                try await body(scenario, path)
            }
        }
    }

    private func load(
        _ path: String, _ session: PostgresConnection, _ options: ConnectionOptions, isDryRun: Bool = false
    ) async throws -> BulkImporter.Outcome {
        var importing = ImportOptions(path: path)
        importing.visit = "RSS-1"
        importing.isDryRun = isDryRun
        return try await BulkImporter(
            session, lookups: options, runID: UUID().uuidString.lowercased(), progress: .silent
        ).run(ImportFile(.hardware, importing))
    }

    @Test(arguments: [
        "CREATE TRIGGER t BEFORE INSERT OR DELETE ON public.hardware_inventory FOR EACH ROW EXECUTE FUNCTION app.t()",
        "ALTER TABLE public.hardware_inventory ADD COLUMN extra int DEFAULT app.f(1)",
        "ALTER TABLE public.hardware_inventory ADD COLUMN extra int GENERATED ALWAYS AS (app.f(1)) STORED",
        "ALTER TABLE public.hardware_inventory ADD CHECK (app.f(1) = 1)",
        "CREATE INDEX ON public.hardware_inventory ((app.f(length(device_name))))",
        "CREATE RULE r AS ON INSERT TO public.hardware_inventory DO ALSO SELECT app.f(1)",
    ])
    func `an import and its undoing run nothing of a tenant's as a superuser, and everything as the owner`(
        sql: String
    ) async throws {
        try await prepared(sql) { scenario, path in
            for isDryRun in [true, false] {
                let refused = try await scenario.refusal {
                    _ = try await load(path, scenario.admin, scenario.options, isDryRun: isDryRun)
                }
                #expect(refused?.relation == "public.hardware_inventory")
            }
            #expect(try await scenario.alarms(scenario.admin) == [])
            #expect(try await scenario.tenant.value("SELECT count(*) FROM hardware_inventory") == "0")
            // A rule prevents COPY, and is the responsibility of the owner.
            let loaded = try await load(path, scenario.tenant, scenario.tenantOptions)
            #expect(loaded.inserted == 2)
            for isDryRun in [true, false] {
                let undo = try await scenario.refusal {
                    _ = try await RunUndo(scenario.admin, runID: UUID().uuidString.lowercased(), progress: .silent).run(
                        try #require(loaded.run), author: scenario.role, isDryRun: isDryRun)
                }
                #expect(undo?.relation == "public.hardware_inventory")
            }
            #expect(try await scenario.alarms(scenario.admin) == [])
            #expect(try await scenario.tenant.value("SELECT count(*) FROM hardware_inventory") == "2")
        }
    }

    @Test func `a report and an export do not even plan a query that would run code of a tenant's`() async throws {
        let sql = "CREATE INDEX ON public.hardware_inventory ((length(device_name) + app.f(1)))"
        try await prepared(sql) { scenario, _ in
            let report = try await scenario.refusal {
                _ = try await ReportReader(scenario.admin).page(ReportFilter())
            }
            #expect(report?.role == scenario.role)
            let export = try await scenario.refusal {
                _ = try await BulkExporter(scenario.admin, progress: .silent).run(.hardware) { _ in }
            }
            #expect(export?.role == scenario.role)
            #expect(try await scenario.alarms(scenario.admin) == [])
            #expect(try await ReportReader(scenario.tenant).page(ReportFilter()).totalCount == 1)
        }
    }

    @Test func `a view in the place of the table is not written to`() async throws {
        let sql = """
            ALTER TABLE public.hardware_inventory RENAME TO hardware_rows;
            CREATE VIEW public.hardware_inventory AS SELECT * FROM public.hardware_rows WHERE app.f(1) = 1
            """
        try await prepared(sql) { scenario, path in
            for (session, options) in [
                (scenario.admin, scenario.options), (scenario.tenant, scenario.tenantOptions),
            ] {
                await #expect(throws: NotATable.self) { _ = try await load(path, session, options) }
            }
            #expect(try await scenario.alarms(scenario.admin) == [])
            let report = try await scenario.refusal {
                _ = try await ReportReader(scenario.admin).page(ReportFilter())
            }
            #expect(report?.part == "view")
        }
    }
}
