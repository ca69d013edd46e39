import Foundation
import RSSModel

/// Findings in the Static Analysis Results Interchange Format, version 2.1.0 (OASIS), which code hosts read.
package struct SARIFReport: Encodable, Sendable {
    private let schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
    private let version = "2.1.0"
    private let runs: [Run]

    private enum CodingKeys: String, CodingKey {
        case schema = "$schema"
        case version, runs
    }

    /// Makes a report of what was found, and of what a directive allows, which is reported as suppressed.
    package init(_ result: Linter.Result, toolVersion: String) {
        let used = Set(result.findings.map(\.rule) + result.allowed.map(\.finding.rule))
        let rules = LintRule.all.filter { used.contains($0.id) }
        let order = Dictionary(rules.enumerated().map { ($1.id, $0) }) { first, _ in first }
        let found = result.findings.map { Outcome($0, order[$0.rule], reason: nil) }
        let allowed = result.allowed.map { Outcome($0.finding, order[$0.finding.rule], reason: $0.reason) }
        runs = [
            Run(
                tool: Tool(driver: Driver(version: toolVersion, rules: rules.map(Rule.init))),
                results: found + allowed)
        ]
    }

    /// The document.
    package func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    private struct Run: Encodable {
        let tool: Tool
        /// Columns count characters, as everywhere in rssctl.
        let columnKind = "unicodeCodePoints"
        let results: [Outcome]
    }

    private struct Tool: Encodable { let driver: Driver }

    private struct Driver: Encodable {
        let name = "rssctl migrate lint"
        let version: String
        let rules: [Rule]
    }

    private struct Message: Encodable { let text: String }

    private struct Rule: Encodable {
        let id: String
        let shortDescription: Message
        let fullDescription: Message
        let defaultConfiguration: [String: String]

        init(_ rule: LintRule) {
            id = rule.id
            shortDescription = Message(text: rule.summary)
            fullDescription = Message(text: rule.why)
            defaultConfiguration = ["level": SARIFReport.level(rule.severity)]
        }
    }

    private struct Outcome: Encodable {
        let ruleId: String
        let ruleIndex: Int?
        let level: String
        let message: Message
        let locations: [Location]
        let suppressions: [Suppression]?

        init(_ finding: LintFinding, _ index: Int?, reason: String?) {
            ruleId = finding.rule
            ruleIndex = index
            level = SARIFReport.level(finding.severity)
            message = Message(text: finding.message + (finding.rewrite.map { "\nInstead:\n\($0)" } ?? ""))
            let uri = finding.place.file.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed)
            locations = [
                Location(
                    physicalLocation: PhysicalLocation(
                        artifactLocation: ["uri": uri ?? finding.place.file],
                        region: ["startLine": finding.place.line, "startColumn": finding.place.column ?? 1]))
            ]
            suppressions = reason.map { [Suppression(justification: $0)] }
        }
    }

    private struct Location: Encodable { let physicalLocation: PhysicalLocation }

    private struct PhysicalLocation: Encodable {
        let artifactLocation: [String: String]
        let region: [String: Int]
    }

    private struct Suppression: Encodable {
        let kind = "inSource"
        let justification: String
    }

    private static func level(_ severity: LintSeverity) -> String {
        switch severity {
        case .info: "note"
        case .warning: "warning"
        case .error: "error"
        }
    }
}
