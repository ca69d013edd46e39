import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

@Suite struct LintReporterTests {
    private static let findings = [
        LintFinding(
            rule: "drop-table", severity: .warning, place: SourcePlace(file: "a,b:c%.sql", line: 3, column: 7),
            message: "100 % gone\nfor ever", rewrite: "SELECT 1;"),
        LintFinding(rule: "syntax-error", severity: .error, place: SourcePlace(file: "b.sql", line: 1), message: "no"),
    ]

    @Test func `annotations are escaped as GitHub reads them`() {
        #expect(
            GitHubAnnotations.text(Self.findings) == """
                ::warning file=a%2Cb%3Ac%25.sql,line=3,col=7,title=drop-table::100 %25 gone%0Afor ever%0AInstead:%0ASELECT 1;
                ::error file=b.sql,line=1,col=1,title=syntax-error::no
                """)
    }

    @Test func `a SARIF report names rules, places and what is allowed`() throws {
        var result = Linter.Result()
        result.findings = Self.findings
        result.allowed = [(Self.findings[0], "archived")]
        let text = try SARIFReport(result, toolVersion: "1.0").text()
        let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(
            document["version"] as? String == "2.1.0"
                && (document["$schema"] as? String)?.hasSuffix("sarif-schema-2.1.0.json") == true)
        let run = try #require((document["runs"] as? [[String: Any]])?.first)
        let driver = try #require((run["tool"] as? [String: Any])?["driver"] as? [String: Any])
        let rules = try #require(driver["rules"] as? [[String: Any]]).compactMap { $0["id"] as? String }
        #expect(rules == ["syntax-error", "drop-table"])
        let results = try #require(run["results"] as? [[String: Any]])
        #expect(results.compactMap { $0["ruleIndex"] as? Int } == [1, 0, 1])
        #expect(results.compactMap { $0["level"] as? String } == ["warning", "error", "warning"])
        #expect(results.map { $0["suppressions"] != nil } == [false, false, true])
        #expect(text.contains("\"uri\" : \"a,b%3Ac%25.sql\"") && text.contains("\"startColumn\" : 7"))
    }
}
