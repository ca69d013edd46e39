import Foundation
import PostgresClient
import RSSModel
import RedisClient
import TestSupport
import Testing

@testable import RSSCache
@testable import RSSCore
@testable import RSSSetup

/// Node itself, with nothing but its own library, as the judge of bytes.
enum NodeJudge {
    /// Whether it is installed.
    static let isInstalled = Subprocess.find("node") != nil

    /// Runs a script over lines; each line that it prints answers one.
    static func run(_ script: String, over lines: [String], zone: String = "UTC") async throws -> [String] {
        let folder = try TemporaryFolder()
        let input = folder.path("input")
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: input))
        let program = """
            const lines = require('fs').readFileSync(process.argv[1], 'utf8').split('\\n');
            const { createHash } = require('crypto');
            const convert = \(script);
            process.stdout.write(lines.map(convert).join('\\n'));
            """
        let output = try await Subprocess(
            executable: Subprocess.find("node") ?? "node", arguments: ["-e", program, input], environment: ["TZ": zone]
        ).runSuccessfully()
        return output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    /// What pg-types 2 makes of a row, and JSON.stringify of that: `[[name, oid, text or null], …]` in.
    static let row = """
        line => {
          const row = {};
          const zoned = text => new Date(text.replace(' ', 'T').replace(/([+-]\\d\\d)$/, '$1:00'));
          const local = text => {
            const [, y, m, d, h, mi, s, f] = text.match(/^(\\d+)-(\\d+)-(\\d+)(?: (\\d+):(\\d+):(\\d+)(\\.\\d+)?)?$/);
            return new Date(+y, m - 1, +d, +(h || 0), +(mi || 0), +(s || 0), f ? 1000 * parseFloat(f) : 0);
          };
          for (const [name, oid, text] of JSON.parse(line)) {
            row[name] = text === null ? null
              : oid === 16 ? text === 't'
              : [21, 23, 26].includes(oid) ? parseInt(text, 10)
              : [700, 701].includes(oid) ? parseFloat(text)
              : oid === 3802 ? JSON.parse(text)
              : oid === 1184 ? zoned(text)
              : [1082, 1114].includes(oid) ? local(text)
              : text;
          }
          return JSON.stringify(row);
        }
        """
}

@Suite(.enabled(if: NodeJudge.isInstalled, "Node is not installed")) struct CacheNodeTests {
    @Test func `the filters are hashed as Node hashes them`() async throws {
        let today = try #require(CalendarDate("2026-11-23"))
        let shapes = try [
            "\(FilterShape.backend)", "page=1,limit=20,startDate=-30d,endDate=0d", #"page="1",limit="20""#,
            "startDate=2026-01-01,endDate=null,status=in_progress", "status=\"a b,c;d\\\"e\",page=2",
            "technicianId=018c22ac-d000-700b-8d91-ace0d09f7e9e,search=null,extra=true",
            "startDate=-1d,note=\"\u{2028}ß\u{1F600}\u{7F}\"",
        ].map { try FilterShape(parsing: $0) }
        let node = try await NodeJudge.run(
            """
            line => { const filters = JSON.parse(line);
              return JSON.stringify(filters) + ' ' + createHash('md5').update(JSON.stringify(filters)).digest('hex'); }
            """, over: shapes.map { $0.json(today) })
        #expect(node == shapes.map { "\($0.json(today)) \($0.digest(today))" })
        for shape in shapes {
            let again = try FilterShape(parsing: "\(shape)")
            #expect(again == shape, "\(shape)")
        }
        // The seed's own vector.
        #expect(FilterShape.backend.digest(today) == "e9e93c133e614fd0068b6ccd1655dc92")
    }

    @Test func `jsonb is written as Node parses and writes it`() async throws {
        var documents = [
            #"{"b": 1, "10": 2, "2": 3, "B": {"1": [], "0": {}}, "00": 4, "4294967294": 5, "4294967295": 6}"#,
            #"[12.50, 9007199254740993, 1000000000000000000000, 0.0000001, 0.000001, 1.0, 123456789012345680000, 1e400]"#,
            #"[0.1, 5e-324, 1.7976931348623157e308, 100, 1e21, 1.5e-7, 123e-20, -0.0, -12.5, 4.35, 0.30000000000000004]"#,
            #"{"a b": "c, d: \" e {}[]", "n": [1, 2], "t\t\u0001": "\u2028\u007f\\", "é": null, "x": true}"#,
            "[[[[[[]]]], {}], \"\"]", "\"text\"", "17", "null",
            "{\"1\": {\"2\": {\"a\": 1, \"0\": \"x,y\"}, \"1\": [3]}, \"0\": 0}",
        ]
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let digits = Int64.random(in: 0...(1 << 62), using: &random)
            documents.append(
                "[\(digits), \(digits)e\(Int.random(in: -40...40)), -0.\(digits), \(digits % 1000).\(digits % 97)]")
        }
        let texts = try await withConnection { connection in
            try await connection.query("SELECT v::jsonb::text FROM unnest($1::text[]) AS v", [documents]).map {
                try $0.decode(String.self, at: 0)
            }
        }
        let node = try await NodeJudge.run("line => JSON.stringify(JSON.parse(line))", over: texts)
        #expect(texts.count == documents.count && node == texts.map(NodeJSON.stringify))
        // Deeper than a stack holds.
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        #expect(NodeJSON.stringify(jsonb: deep) == deep)
    }

    @Test(arguments: ["UTC", "Europe/Berlin", "America/St_Johns", "America/Havana", "Asia/Kathmandu"])
    func `dates without a zone are read in that of the backend's processes`(name: String) async throws {
        var days = ["2026-03-29", "2026-10-25", "2026-04-24", "1970-01-01", "1000-02-28", "9999-12-31"]
        for _ in 0..<200 { days.append("\(CalendarDate(daysSinceEpoch: .random(in: 0...30_000)))") }
        var texts = days
        for day in days.prefix(60) where day > "1950" {
            for hour in 0..<24 {
                texts.append("\(day) \(hour < 10 ? "0" : "")\(hour):30:59.\(Int.random(in: 1...999_999))")
            }
        }
        let zone = try #require(NodeDate.zone(name))
        let node = try await NodeJudge.run(
            NodeJudge.row, over: texts.map { #"[["d", \#($0.count > 10 ? 1114 : 1082), "\#($0)"]]"# }, zone: name)
        for (text, expected) in zip(texts, node) where text >= "1950" || name == "UTC" {
            #expect("{\"d\":\(NodeDate.json(local: text, in: zone))}" == expected, "\(text)")
        }
    }

    @Test func `a moment is written to the millisecond, and what JavaScript has no date for is null`() {
        #expect(NodeDate.json(instant: "2026-11-22 19:58:13.292647+00") == "\"2026-11-22T19:58:13.292Z\"")
        #expect(NodeDate.json(instant: "2026-11-22 20:58:13.1002+01") == "\"2026-11-22T19:58:13.100Z\"")
        #expect(NodeDate.json(instant: "2026-11-22 00:28:13-03:30") == "\"2026-11-22T03:58:13.000Z\"")
        #expect(NodeDate.json(instant: "12345-01-02 00:00:00+00") == "\"+012345-01-02T00:00:00.000Z\"")
        #expect(NodeDate.json(instant: "0044-03-15 00:00:00+00 BC") == "\"-000043-03-15T00:00:00.000Z\"")
        #expect(NodeDate.json(instant: "infinity") == "null" && NodeDate.json(instant: "-infinity") == "null")
        #expect(NodeDate.json(instant: "294276-12-31 00:00:00+00") == "null")
    }

    @Test func `rows of hardware and organizations are what Node makes of them`() async throws {
        try await withDatabase(migrated: true) { options in
            let connection = try await PostgresConnection.connect(options)
            let today = CalendarDate(Date())
            var seed = Seeder.Options(today: today)
            seed.visits = 300
            _ = try await Seeder(options, options: seed).run(runID: UUID().uuidString, .silent)
            try await connection.execute(
                """
                UPDATE organizations SET settings = '{"b": 12.50, "10": "x", "2": [1e21, null], "ü \\u2028": "\\""}'
                WHERE id = (SELECT min(id::text)::uuid FROM organizations)
                """)
            let tables = try await ApplicationTables(connection)
            let zone = try #require(NodeDate.zone("Europe/Berlin"))
            let sources: [(any CacheSource, String)] = [
                (
                    OrganizationSource(postgres: connection, tables: tables, keys: CacheKeys(), zone: zone),
                    "SELECT * FROM organizations WHERE id = $1::uuid"
                ),
                (
                    HardwareSource(
                        postgres: connection, tables: tables, keys: CacheKeys(), zone: zone,
                        filter: try FilterShape(parsing: "startDate=-3000d").filter(on: today)),
                    "SELECT * FROM hardware_inventory WHERE visit_report_id = $1::uuid ORDER BY created_at, id"
                ),
            ]
            for (source, query) in sources {
                let ids = try await source.ids()
                #expect(ids.count > 3)
                let values = try await source.values(of: ids)
                var (lines, expected): ([String], [String]) = ([], [])
                for id in ids.prefix(120) {
                    let rows = try await connection.query(query, [id]).map { try Self.line($0) }
                    lines += rows
                    let bytes = try #require(values[id]?.bytes)
                    expected.append(bytes.description)
                    if rows.isEmpty { #expect(bytes.description == "[]") }
                }
                let node = try await NodeJudge.run(NodeJudge.row, over: lines, zone: "Europe/Berlin")
                #expect(lines.count > 5)
                // A list of rows without its brackets, so that all are one list.
                let ours = expected.filter { $0 != "[]" }.map { text in
                    text.hasPrefix("[") ? String(text.dropFirst().dropLast()) : text
                }
                #expect(ours.joined(separator: ",") == node.joined(separator: ","))
            }
            await connection.close()
        }
    }

    /// A row as the judge reads it.
    private static func line(_ row: Row) throws -> String {
        let columns = try (0..<row.count).map { position in
            let column = try row.decode(NodeColumn.self, at: position)
            let text = row.text(at: position).map { JSONString.quote($0) } ?? "null"
            return "[\(JSONString.quote(column.name)),\(column.type),\(text)]"
        }
        return "[\(columns.joined(separator: ","))]"
    }
}
