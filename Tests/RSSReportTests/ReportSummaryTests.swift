import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSReport

@Suite struct ReportSummaryTests {
    private func day(_ text: String) throws -> CalendarDate { try #require(CalendarDate(text)) }

    private func number(_ sql: String, _ connection: PostgresConnection) async throws -> Int64 {
        try await connection.query("SELECT (\(sql))::int8").first?.decode(Int64.self, at: 0) ?? -1
    }

    @Test func `totals, months, rankings and the period before are those of plain statements`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(ReportOracleTests.data)
            let reader = ReportReader(connection)
            let (from, to) = (try day("2026-01-15"), try day("2026-04-10"))
            let names = try await connection.query("SELECT name FROM organizations ORDER BY name").map {
                try $0.decode(String.self, at: 0)
            }
            for organization in [nil] + names.map(Optional.some) {
                var filter = ReportFilter()
                filter.organization = organization
                let summary = try await reader.summary(filter, from: from, to: to, .silent)
                let literal = try await connection.quoteLiteral(organization ?? "")
                let limit =
                    organization == nil
                    ? "true" : "v.organization_id = (SELECT id FROM public.organizations WHERE name = \(literal))"
                let within = "\(limit) AND v.visit_date BETWEEN '2026-01-15' AND '2026-04-10'"
                let reports = "FROM public.visit_reports v"
                let count = try await number("SELECT count(*) \(reports) WHERE \(within)", connection)
                let finished = "v.status IN ('completed', 'approved', 'archived')"
                #expect(summary.organization == organization)
                #expect(summary.total.visits == count)
                #expect(
                    summary.total.finished
                        == (try await number("SELECT count(*) \(reports) WHERE \(within) AND \(finished)", connection)))
                #expect(summary.months.map(\.name) == ["2026-01", "2026-02", "2026-03", "2026-04"])
                #expect(summary.months.reduce(0) { $0 + $1.visits } == count && summary.months[2].visits == 0)
                #expect(summary.statuses.reduce(0) { $0 + $1.visits } == count)
                #expect(summary.beforePeriod.to == from.adding(days: -1))
                #expect(summary.beforePeriod.from.daysSinceEpoch == from.daysSinceEpoch - 86)
                #expect(
                    summary.before.visits
                        == (try await number(
                            "SELECT count(*) \(reports) WHERE \(limit) AND v.visit_date >= date '2026-01-15' - 86 AND v.visit_date < '2026-01-15'",
                            connection)))
                #expect(summary.technicians.reduce(0) { $0 + $1.visits } == count)
                #expect(summary.technicians.map(\.visits) == summary.technicians.map(\.visits).sorted(by: >))
                #expect(summary.organizations.isEmpty == (organization != nil))
                #expect(
                    summary.devices
                        == (try await number(
                            "SELECT count(*) \(reports) JOIN public.hardware_inventory h ON h.visit_report_id = v.id WHERE \(within)",
                            connection)))
                #expect(summary.hardwareStatuses.reduce(0) { $0 + $1.devices } == summary.devices)
                #expect(
                    summary.recycling.reduce(0) { $0 + $1.records }
                        == (try await number(
                            "SELECT count(*) \(reports) JOIN public.recycling_records r ON r.visit_report_id = v.id WHERE \(within)",
                            connection)))
            }
        }
    }

    @Test func `of many offices the first ten are listed and the others counted`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(
                """
                INSERT INTO organizations (name) VALUES ('o');
                INSERT INTO offices (organization_id, name) SELECT id, 'f' || g FROM organizations, generate_series(1, 14) g;
                INSERT INTO visit_reports (report_number, organization_id, office_id, visit_date)
                    SELECT f.name || '-' || n, f.organization_id, f.id, current_date
                    FROM offices f, generate_series(1, 20) n WHERE n <= substr(f.name, 2)::int;
                """)
            let today = try await ServerClock(connection).today
            let summary = try await ReportReader(connection).summary(
                ReportFilter(), from: today.adding(days: -30), to: today, .silent)
            #expect(summary.offices.map(\.name) == (5...14).reversed().map { "f\($0)" })
            #expect(summary.otherOffices == 4 && summary.otherOrganizations == 0)
            #expect(summary.change == nil && summary.before.visits == 0)
        }
    }

    @Test func `a report is shown by number in any case, by id, and as the latest`() async throws {
        try await withConnection(migrated: true) { connection in
            try await connection.executeScript(ReportOracleTests.data)
            let reader = ReportReader(connection)
            let row = try #require(
                try await connection.query(
                    """
                    SELECT v.id, v.report_number, v.visit_date FROM visit_reports v
                    JOIN hardware_inventory h ON h.visit_report_id = v.id JOIN recycling_records r ON r.visit_report_id = v.id
                    ORDER BY v.report_number LIMIT 1
                    """
                ).first)
            let (id, number, date) = try row.decode(String.self, String.self, String.self)
            for name in [id, id.uppercased(), number, number.lowercased()] {
                let detail = try await reader.detail(name)
                #expect(detail.id == id && detail.reportNumber == number && detail.visitDate == date)
                #expect(detail.hardware.count == 2 && detail.recycling.count == 1 && detail.files.isEmpty)
            }
            let newest = try await reader.page(ReportFilter()).visits.first?.id
            #expect(try await reader.detail("latest").id == newest)
            await #expect(throws: ReportError.noReport("' OR true --")) { _ = try await reader.detail("' OR true --") }
        }
    }
}
