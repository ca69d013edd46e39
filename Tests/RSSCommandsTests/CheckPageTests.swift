import ArgumentParser
import Foundation
import RSSCore
import RSSModel
import Testing

@testable import RSSCommands

/// `Docs/checks.md` is made from the checks; `RSSCTL_RECORD=1` writes it again.
@Suite struct CheckPageTests {
    private static let path = CommandTreeTests.root.appendingPathComponent("Docs/checks.md")

    private static var page: String {
        var lines = [
            "# The checks of rssctl analyze", "",
            "This page is made from the checks themselves; `rssctl analyze explain CHECK` shows the same. How they are run, how",
            "findings are ignored and how the score comes about is described in [analyze](analyze.md).",
            "",
            "The severity is that of the gravest finding. *Needs* are rights and extensions without which the check is blind.",
            "What is not measured but estimated says on what it rests.", "",
        ]
        for area in CheckCatalog.areas {
            lines += ["## \(area)", ""]
            for check in CheckCatalog.all where check.area == area {
                lines += ["### \(check.key)", "", "\(check.title). \(check.why)", ""]
                var facts = [
                    "severity: \(check.severity.rawValue)", "reported from: \(check.threshold)",
                    "source: \(check.source)",
                ]
                if !check.needs.isEmpty {
                    facts.append("needs: \(check.needs.map { "`\($0)`" }.joined(separator: ", "))")
                }
                if let basis = check.confidence.basis {
                    facts.append("\(check.confidence.level.rawValue): \(basis)")
                }
                if let trial = check.trial { facts.append("to see it: `\(trial)`") }
                lines += facts.map { "- \($0)" } + [""]
            }
        }
        return lines.joined(separator: "\n")
    }

    @Test func `the page of checks is the one that the checks make now`() throws {
        if ProcessInfo.processInfo.environment["RSSCTL_RECORD"] == "1" {
            try Self.page.write(to: Self.path, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: Self.path, encoding: .utf8) == Self.page
        #expect(isCurrent, "record it again: RSSCTL_RECORD=1 swift test --filter CheckPageTests")
    }

    @Test
    func
        `there are seventy-five checks and more, each with a key of its own and all that explains it`()
    {
        #expect(CheckCatalog.all.count >= 75)
        #expect(Set(CheckCatalog.all.map(\.key)).count == CheckCatalog.all.count)
        for check in CheckCatalog.all {
            #expect(check.key.wholeMatch(of: /[a-z_]+\.[a-z_]+/) != nil, "\(check.key)")
            #expect([.info, .warning, .critical].contains(check.severity), "\(check.key)")
            for text in [check.title, check.why, check.threshold, check.source] {
                #expect(!text.isEmpty, "\(check.key)")
            }
            #expect(check.why.hasSuffix("."), "\(check.key)")
        }
    }

    @Test func `a check is explained, an area is listed, and an unknown one is a usage error`()
        async throws
    {
        let one = CheckExplanation(checks: CheckCatalog.all.filter { $0.key == "index.unused" })
        #expect(one.tables.first?.rows.contains { $0.first == .text("why") } == true)
        let area = CheckCatalog.all.filter { $0.isNamed(by: "security") }
        #expect(CheckExplanation(checks: area).tables.first?.rows.count == area.count)
        #expect(throws: (any Error).self) { try AnalyzeExplain.parse(["no.such"]) }
        #expect(throws: (any Error).self) { try AnalyzePerformance.parse(["--only", "no.such"]) }
        #expect(throws: (any Error).self) { try AnalyzePerformance.parse(["--for", "2h"]) }
    }
}
