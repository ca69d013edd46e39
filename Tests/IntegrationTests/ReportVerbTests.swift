import Foundation
import Glibc
import PostgresClient
import RSSCore
import RSSModel
import TestSupport
import Testing

/// The verbs of report as they are run.
@Suite struct ReportVerbTests {
    private static let visits = """
        INSERT INTO organizations (name) VALUES ('<script>alert(1)</script>'), ('Alder & Sons');
        INSERT INTO offices (organization_id, name) SELECT id, 'Main "<b>"' FROM organizations;
        INSERT INTO visit_reports (report_number, organization_id, office_id, visit_date, visit_purpose, status)
            SELECT 'VR-' || lpad(g::text, 4, '0'), o.id, f.id, current_date, '=1+1', CASE WHEN g % 2 = 0 THEN 'draft' ELSE 'completed' END
            FROM generate_series(1, 2500) g, organizations o JOIN offices f ON f.organization_id = o.id WHERE o.name LIKE '<%';
        """

    private func withVisits(_ body: (Binary, String) async throws -> Void) async throws {
        try await withDatabase(migrated: true) { options in
            try await withState { state in
                let connection = try await PostgresConnection.connect(options)
                try await connection.executeScript(Self.visits)
                await connection.close()
                try await body(Binary(state: state, environment: try await target(options)), state)
            }
        }
    }

    @Test func `all reports are written to stdout and to files of each form`() async throws {
        try await withVisits { binary, state in
            let csv = try await binary.run("report", "query", "--all", "--output", "csv")
            #expect(csv.status == 0 && csv.output.split(separator: "\n").count == 2501, "\(csv.errors)")
            let lines = try await binary.run("report", "query", "--all", "--limit", "2100", "--output", "ndjson")
            #expect(lines.output.split(separator: "\n").count == 2100)
            let numbers = try lines.output.split(separator: "\n").map { line in
                try #require(
                    (try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["report_number"]
                        as? String)
            }
            #expect(Set(numbers).count == 2100)
            for ending in ["csv", "ndjson", "xlsx"] {
                let path = "\(state)/reports.\(ending)"
                let written = try await binary.run(
                    "report", "query", "--status", "draft", "--from", "today", "--to", "today", "--to", path)
                #expect(written.status == 0 && written.output.contains("1250"), "\(written.errors)")
                let size = (try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
                #expect(size > 10_000)
                let again = try await binary.run("report", "query", "--to", path)
                #expect(again.status == 73 && again.errors.contains("RSS-REPORT-004"), "\(again.errors)")
                #expect(try await binary.run("report", "query", "--limit", "3", "--to", path, "--force").status == 0)
            }
            #expect(
                try String(contentsOfFile: "\(state)/reports.csv", encoding: .utf8).split(separator: "\n").count == 4)
        }
    }

    @Test func `a cursor of a file continues there, and an unknown name lists what may be meant`() async throws {
        try await withVisits { binary, _ in
            let first = try await binary.run("report", "query", "--all", "--limit", "1000", "--output", "csv")
            let cursor = try #require(first.output.split(separator: "\n").last?.split(separator: ",").last)
            let rest = try await binary.run(
                "report", "query", "--all", "--after", String(cursor), "--output", "csv")
            #expect(rest.output.split(separator: "\n").count == 1501, "\(rest.errors)")
            let ids = (first.output + rest.output).split(separator: "\n").filter { !$0.hasPrefix("report_number") }
            #expect(Set(ids).count == 2500)
            let unknown = try await binary.run("report", "query", "--organization", "alder")
            #expect(
                unknown.status == 65 && unknown.errors.contains("Alder & Sons")
                    && unknown.errors.contains("Similar: "), "\(unknown.errors)")
        }
    }

    @Test(arguments: [
        ["--all"], ["--all", "--output", "json"], ["--all", "--output", "csv", "--page", "2"], ["--to", "x.txt"],
        ["--sort", "colour"], ["--count", "capped:0"], ["--priority", "hgih"], ["--from", "last-decade"],
        ["--to", "today", "--to", "yesterday"], ["--from", "today", "--to", "yesterday"], ["--limit", "0"],
    ])
    func `what contradicts itself is refused`(flags: [String]) async throws {
        try await withVisits { binary, _ in
            let refused = try await binary.run(["report", "query"] + flags)
            #expect(refused.status == 64 && refused.output.isEmpty, "\(refused.errors)")
        }
    }

    @Test func `pages show hostile names as text`() async throws {
        try await withVisits { binary, state in
            let summary = try await binary.run("report", "summary", "--html", "\(state)/s.html")
            #expect(summary.status == 0 && summary.output.contains("█"), "\(summary.errors)")
            let show = try await binary.run("report", "show", "vr-0007", "--html", "\(state)/v.html")
            #expect(show.status == 0 && show.output.contains("VR-0007"), "\(show.errors)")
            for path in ["\(state)/s.html", "\(state)/v.html"] {
                let page = try String(contentsOfFile: path, encoding: .utf8)
                #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"))
                #expect(page.contains("Main &quot;&lt;b&gt;&quot;") && !page.contains("http:"))
                #expect(!page.contains("https:"))
            }
            let csv = try await binary.run("report", "summary", "--output", "csv")
            #expect(csv.output.hasPrefix("month,visits,finished\n") && csv.output.contains(",2500,1250\n"))
        }
    }

    @Test func `a PDF is made by the program that is installed, and without one the reason is said`() async throws {
        try await withVisits { binary, state in
            let none = Binary(state: state, environment: binary.environment.merging(["PATH": "\(state)/none"]) { $1 })
            let refused = try await none.run("report", "summary", "--pdf", "\(state)/s.pdf")
            #expect(refused.status == 1 && refused.errors.contains("RSS-REPORT-006"), "\(refused.errors)")
            // A program that takes the page and writes a file, as weasyprint does.
            try FileManager.default.createDirectory(atPath: "\(state)/bin", withIntermediateDirectories: true)
            let script =
                "#!/bin/sh\n/usr/bin/grep -q '<svg class=\"columns\"' \"$1\" || exit 3\n{ echo %PDF-1.7; /bin/cat \"$1\"; } > \"$2\"\n"
            try script.write(toFile: "\(state)/bin/weasyprint", atomically: true, encoding: .utf8)
            #expect(chmod("\(state)/bin/weasyprint", 0o755) == 0)
            let own = Binary(
                state: state, environment: binary.environment.merging(["PATH": "\(state)/bin:/usr/bin:/bin"]) { $1 })
            let made = try await own.run("report", "summary", "--pdf", "\(state)/s.pdf")
            #expect(made.status == 0, "\(made.errors)")
            #expect(try String(contentsOfFile: "\(state)/s.pdf", encoding: .utf8).hasPrefix("%PDF-"))
            try "#!/bin/sh\necho broken >&2\nexit 4\n".write(
                toFile: "\(state)/bin/weasyprint", atomically: true, encoding: .utf8)
            #expect(chmod("\(state)/bin/weasyprint", 0o755) == 0)
            let failed = try await own.run("report", "summary", "--pdf", "\(state)/t.pdf")
            #expect(failed.status == 1 && failed.errors.contains("RSS-REPORT-007") && failed.errors.contains("broken"))
            #expect(!FileManager.default.fileExists(atPath: "\(state)/t.pdf"))
        }
    }
}
