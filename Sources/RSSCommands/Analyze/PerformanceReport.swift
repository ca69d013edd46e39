import Foundation
import RSSAnalyze
import RSSCore
import RSSModel

/// The result of `analyze performance`.
package struct PerformanceReport: CommandResult {
    let score: PerformanceScore
    let checks: [CheckEntry]
    /// What changed since the baseline; nil without one.
    let comparison: Baseline.Comparison?
    private let options: CheckOptions
    private let isQuiet: Bool

    private enum CodingKeys: CodingKey { case score, checks, comparison }

    init(
        _ reports: [CheckReport], comparison: Baseline.Comparison?, _ options: CheckOptions,
        isQuiet: Bool
    ) {
        checks = reports.map { CheckEntry($0) }
        score = PerformanceScore(checks.flatMap(\.findings))
        self.comparison = comparison
        self.options = options
        self.isQuiet = isQuiet
    }

    /// With a baseline only what is new or worse counts.
    package var exitStatus: ExitStatus {
        guard let comparison else { return options.failOn.status(checks) }
        return options.failOn.status(
            checks.map { $0.with(findings: $0.findings.filter(comparison.concerns)) })
    }

    package var counts: [String: Int64] {
        CheckEntry.counts(checks).merging(["score": Int64(score.score.rounded(.down))]) { $1 }
    }

    package var tables: [Table] {
        if isQuiet, exitStatus == .done { return [] }
        let lost = score.losses.map { "\($0.check) −\(Self.points($0.points))" }.joined(separator: ", ")
        let main = CheckEntry.table(
            checks, showsOK: options.all,
            notes: [
                "Score \(score.text) of 100\(lost.isEmpty ? "" : ": \(lost)").", CheckEntry.summary(checks),
            ], emptyMessage: "No findings.")
        return [main] + (comparison.map { [Self.table($0)] } ?? [])
    }

    /// The changes, with the new ones first.
    private static func table(_ comparison: Baseline.Comparison) -> Table {
        let groups = [
            ("new", comparison.new), ("worse", comparison.worse), ("fixed", comparison.fixed),
        ]
        return Table(
            title: "Compared with \(comparison.baseline)",
            columns: [
                Column("change"), Column("severity"), Column("check"), Column("object", isFlexible: true),
                Column("detail", isFlexible: true),
            ],
            rows: groups.flatMap { change, findings in
                findings.map { finding in
                    [
                        .text(change), .verdict(finding.severity), .text(finding.check), .text(finding.object),
                        .text(finding.detail),
                    ]
                }
            }, emptyMessage: "Nothing changed.")
    }

    private static func points(_ value: Double) -> String {
        value.formatted(
            .number.precision(.fractionLength(0...1)).locale(Locale(identifier: "en_US_POSIX")))
    }
}
