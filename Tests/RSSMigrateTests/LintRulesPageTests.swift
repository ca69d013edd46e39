import Foundation
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSMigrate

/// `Docs/lint-rules.md` is made from the rules; `RSSCTL_RECORD=1` writes it again.
@Suite struct LintRulesPageTests {
    private static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Docs/lint-rules.md")

    private static let groups: [(title: String, rules: [LintRule])] = [
        ("Files and directives", LintRule.script), ("Existing objects", LintRule.existence),
        ("Transactions and sessions", LintRule.transactions),
        ("Indexes", LintRule.indexes), ("Constraints", LintRule.constraints), ("NOT NULL", LintRule.notNull),
        ("Columns", LintRule.columns), ("Types and tables", LintRule.types), ("Names", LintRule.names),
        ("Dropping", LintRule.drops), ("Rows", LintRule.rows), ("Storage, triggers, views", LintRule.storage),
        ("Partitions", LintRule.partitions), ("Functions", LintRule.functions), ("Rights", LintRule.access),
        ("The server", LintRule.server),
    ]

    private static var page: String {
        var lines = [
            "# Rules of rssctl migrate lint", "",
            "This page is made from the rules themselves. How to run the linter and how to allow a statement a rule is described in",
            "[migrate](migrate.md#lint).", "",
            "An **error** will not work, or not as meant. A **warning** blocks others, loses data or breaks programs. An **info**",
            "is worth knowing and does not change the exit status. A warning about work over rows becomes an info when the table",
            "is known to be small. † needs a database: without one the rule is blind.", "",
        ]
        for (title, rules) in groups {
            lines += ["## \(title)", "", "| rule | severity | finds | why |", "|---|---|---|---|"]
            lines += rules.map {
                "| `\($0.id)`\($0.needsCatalog ? " †" : "") | \($0.severity.rawValue) | \(cell($0.summary)) | \(cell($0.why)) |"
            }
            lines.append("")
        }
        lines += [
            "## Coming from squawk", "",
            "Each rule of squawk 2.70, and what answers it here.", "", "| squawk | here |", "|---|---|",
        ]
        lines += SquawkRules.answers.map { row($0.rule, $0.answer) }
        lines += [
            "", "## Coming from strong_migrations", "",
            "Each of its checks for PostgreSQL, and what answers it here.", "", "| strong_migrations | here |",
            "|---|---|",
        ]
        lines += StrongMigrationsChecks.answers.map { row($0.check, $0.answer) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func row(_ theirs: String, _ answer: SquawkRules.Answer) -> String {
        switch answer {
        case .covered(let ours): "| `\(theirs)` | \(ours.map { "`\($0)`" }.joined(separator: ", ")) |"
        case .moot(let why): "| `\(theirs)` | not needed: \(cell(why)) |"
        case .left(let why): "| `\(theirs)` | no rule: \(cell(why)) |"
        }
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }

    @Test func `the page of rules is the one that the rules make now`() throws {
        #expect(Self.groups.flatMap(\.rules).map(\.id) == LintRule.all.map(\.id))
        if ProcessInfo.processInfo.environment["RSSCTL_RECORD"] == "1" {
            try Self.page.write(to: Self.path, atomically: true, encoding: .utf8)
        }
        let isCurrent = try String(contentsOf: Self.path, encoding: .utf8) == Self.page
        #expect(isCurrent, "record it again: RSSCTL_RECORD=1 swift test --filter LintRulesPageTests")
    }
}
