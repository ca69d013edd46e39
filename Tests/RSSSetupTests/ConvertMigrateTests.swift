import Foundation
import PostgresClient
import RSSModel
import SQLScript
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate
@testable import RSSPartition
@testable import RSSSetup

/// `migrate` where visit_reports is still a plain table.
@Suite struct ConvertMigrateTests {
    @Test func `the registry of a conversion is that of the migration`() throws {
        let migration = try Splitter(RSSMigrate.PackageResources.V0003__visit_reports_sql).statements().map(\.text)
        let registry = migration.drop { !$0.hasPrefix("CREATE TABLE visit_report_keys") }
        #expect(registry.count > 10)
        #expect(try ConversionStatements.shippedRegistry() == Array(registry))
    }

    private func shipped(_ connection: PostgresConnection) -> Migrator {
        Migrator(connection, source: .shipped, lockPolicy: LockPolicy(), runID: UUID().uuidString)
    }

    @Test func `a plain visit_reports is refused, converted on request, and the rest applied`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            // A part of what the newest migration makes is not there: it is run.
            try await connection.execute(
                "DO $$ DECLARE f regprocedure; BEGIN FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE '%report%' LOOP EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$"
            )
            let error = await #expect(throws: PlainReportsError.self) {
                try await shipped(connection).refusePlainReports()
            }
            #expect(error == .unconverted(version: 3))
            let outcome = try await shipped(connection).convertPlainReports(
                premake: 3, at: Date(), observer: nil, progress: .silent)
            #expect(outcome?.legacy?.name == "visit_reports_legacy")
            let done = try await shipped(connection).up(.silent)
            #expect(done.compactMap(\.version) == [6, 7, 8])
            #expect(
                try await connection.value("SELECT string_agg(how, ',' ORDER BY version) FROM rssctl.migration")
                    == "baseline,baseline,baseline,baseline,baseline,applied,applied,applied")
            try await shipped(connection).refusePlainReports()
            let again = try await shipped(connection).convertPlainReports(
                premake: 3, at: Date(), observer: nil, progress: .silent)
            #expect(again == nil)
            #expect(try await connection.value("SELECT count(*) FROM visit_reports") == "300")
        }
    }

    @Test func `a run interrupted after the cutover is resumed`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            await #expect(throws: CancellationError.self) {
                try await FaultPoint.$handler.withValue({ name in
                    if name == "convert.committed" { throw CancellationError() }
                }) {
                    _ = try await shipped(connection).convertPlainReports(
                        premake: 3, at: Date(), observer: nil, progress: .silent)
                }
            }
            let outcome = try await shipped(connection).convertPlainReports(
                premake: 3, at: Date(), observer: nil, progress: .silent)
            #expect(outcome?.steps.map(\.what) == ["analyze public.visit_reports"])
            let done = try await shipped(connection).up(.silent)
            #expect(done.compactMap(\.version) == [7, 8])
        }
    }

    @Test func `what comes before the reports must be there`() async throws {
        try await withConnection { connection in
            try await PlainSchema.make(connection)
            try await connection.execute("DROP TABLE user_role_assignments")
            let error = await #expect(throws: PlainReportsError.self) {
                try await shipped(connection).convertPlainReports(
                    premake: 3, at: Date(), observer: nil, progress: .silent)
            }
            #expect(error?.report.code == "RSS-PARTITION-055")
            #expect(error?.report.message.contains("user_role_assignments") == true)
            #expect(try await connection.value("SELECT relkind FROM pg_class WHERE relname = 'visit_reports'") == "r")
        }
    }
}
