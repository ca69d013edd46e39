import Foundation
import PostgresClient
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSReport

/// node-postgres, where it is installed.
enum NodePostgres {
    /// The folder that Node finds its modules in, where `pg` is one of them.
    static let modules: String? = {
        if Subprocess.find("node") == nil { return nil }
        let places = [ProcessInfo.processInfo.environment["NODE_PATH"], "/usr/share/nodejs"].compactMap { $0 }
        return places.first { FileManager.default.fileExists(atPath: "\($0)/pg/package.json") }
    }()
}

/// The shipped function, called by node-postgres as the backend calls it, against rssctl's own engine.
@Suite(.enabled(if: NodePostgres.modules != nil, "node-postgres is not installed: apt install node-pg"))
struct ReportNodeTests {
    /// `getVisitReportSummary` of the backend, over a list of filters; a line of JSON for each.
    private static let program = """
        const { Pool } = require('pg');
        const calls = JSON.parse(require('fs').readFileSync(process.argv[1], 'utf8'));
        (async () => {
          const pool = new Pool({ max: 2 });
          for (const { organizationId, filters } of calls) {
            const result = await pool.query(
              'SELECT * FROM get_visit_reports_optimized($1, $2, $3, $4, $5, $6, $7, $8, $9)',
              [organizationId, filters.officeId, filters.technicianId, filters.status, filters.startDate,
               filters.endDate, filters.search, filters.page || 1, filters.limit || 20]);
            const data = { totalCount: result.rows[0]?.total_count || 0, visits: result.rows[0]?.visit_data || [] };
            console.log(JSON.stringify({
              total: data.totalCount,
              visits: data.visits.map(v => [v.id, v.reportNumber, v.visitDate, v.technicianName, v.officeName,
                `${v.hardwareCount}/${v.recyclingCount}/${v.fileCount}`].map(x => x ?? 'null')),
              members: [...new Set(data.visits.flatMap(v => Object.keys(v)))].length,
            }));
          }
          await pool.end();
        })().catch(error => { console.error(error.message); process.exit(1); });
        """

    private struct Call: Encodable {
        struct Filters: Encodable {
            var officeId: String?
            var technicianId: String?
            var status: String?
            var startDate: String?
            var endDate: String?
            var search: String?
            var page: Page?
            var limit: Int?
        }

        /// A number, or the text of one, as it comes from the address of a request.
        enum Page: Encodable {
            case number(Int), text(String)

            func encode(to encoder: any Encoder) throws {
                var container = encoder.singleValueContainer()
                switch self {
                case .number(let value): try container.encode(value)
                case .text(let value): try container.encode(value)
                }
            }
        }

        let organizationId: String
        var filters = Filters()
        /// The same for rssctl's own engine.
        var filter = ReportFilter()

        private enum CodingKeys: CodingKey { case organizationId, filters }
    }

    private struct Answer: Decodable {
        let total: String
        let visits: [[String]]
        let members: Int
    }

    private static func ids(_ table: String, _ connection: PostgresConnection) async throws -> [String] {
        try await connection.query("SELECT id FROM public.\(table) ORDER BY id").map {
            try $0.decode(String.self, at: 0)
        }
    }

    /// The n-th of the calls: every filter is given in some of them, alone and with others.
    private static func call(
        _ number: Int, organizations: [String], offices: [String], technicians: [String]
    ) -> Call {
        var call = Call(organizationId: organizations[number % organizations.count])
        call.filter.organization = call.organizationId
        if number % 5 == 1 {
            call.filters.officeId = offices[number % offices.count]
            call.filter.office = call.filters.officeId
        }
        if number % 4 == 2 {
            call.filters.technicianId = technicians[number / 4 % technicians.count]
            call.filter.technician = call.filters.technicianId
        }
        if number % 3 == 1 {
            call.filters.status = ["draft", "completed", "archived"][number / 3 % 3]
            call.filter.status = call.filters.status
        }
        if number % 7 == 3 {
            call.filters.startDate = "2026-01-15"
            call.filter.from = CalendarDate("2026-01-15")
        }
        if number % 6 == 5 {
            call.filters.endDate = "2026-04-10"
            call.filter.to = CalendarDate("2026-04-10")
        }
        if number % 2 == 0 {
            // A text without an end is not for a call that is repeated a hundred times.
            let words = ReportOracleTests.words.filter { $0.utf8.count < 100 }
            call.filters.search = words[number / 2 % words.count]
            call.filter.search = call.filters.search
        }
        switch number % 8 {
        case 0: call.filters.page = .number(0)
        case 1: call.filters.page = .text("2")
        case 2: call.filters.page = .number(3)
        default: call.filters.page = nil
        }
        call.filter.page = [1, 2, 3][number % 8 < 3 ? number % 8 : 0]
        call.filters.limit = [nil, 0, 7, 500][number % 4]
        call.filter.limit = [20, 20, 7, 500][number % 4]
        return call
    }

    @Test func `two hundred and twenty calls of node-postgres answer as rssctl's own engine does`() async throws {
        let modules = try #require(NodePostgres.modules)
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            try await connection.executeScript(ReportOracleTests.data)
            let organizations = try await Self.ids("organizations", connection)
            let offices = try await Self.ids("offices", connection)
            let technicians = try await Self.ids("users", connection)
            let calls = (0..<220).map {
                Self.call($0, organizations: organizations, offices: offices, technicians: technicians)
            }
            let folder = try TemporaryFolder()
            let input = folder.path("calls.json")
            try JSONEncoder().encode(calls).write(to: URL(fileURLWithPath: input))
            var environment = ["NODE_PATH": modules, "TZ": "UTC"]
            let names = [
                "host": "PGHOST", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER", "password": "PGPASSWORD",
            ]
            for (keyword, name) in names { environment[name] = options.keywords[keyword] }
            let output = try await Subprocess(
                executable: Subprocess.find("node") ?? "node", arguments: ["-e", Self.program, input],
                environment: environment
            ).runSuccessfully()
            let answers = try output.split(separator: "\n").map {
                try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
            }
            #expect(answers.count == 220)
            var reports = 0
            for (call, answer) in zip(calls, answers) {
                let page = try await ReportReader(connection).page(call.filter)
                let expected = page.visits.map { visit in
                    [
                        visit.id, visit.reportNumber, visit.visitDate, visit.technicianName ?? "null",
                        visit.officeName ?? "null",
                        "\(visit.hardwareCount)/\(visit.recyclingCount)/\(visit.fileCount)",
                    ]
                }
                #expect(answer.visits == expected, "\(call.filters)")
                #expect(answer.total == "\(page.totalCount ?? -1)", "\(call.filters)")
                #expect(answer.members == (expected.isEmpty ? 0 : 15))
                reports += expected.count
            }
            #expect(reports > 1000, "the calls find something")
            await connection.close()
        }
    }
}
