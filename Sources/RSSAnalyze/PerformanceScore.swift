import Foundation
import RSSModel

/// A score from 0 to 100 of which every lost point is accounted for.
///
/// Each kind of finding costs points by its severity, its first object in full and each further one half of the one
/// before, so that a hundred unused indexes do not outweigh a wraparound. Removing a finding never lowers the score.
/// A blind check costs nothing, and is listed beside the score.
package struct PerformanceScore: Sendable, Encodable, Equatable {
    /// Points that a check cost.
    package struct Loss: Sendable, Encodable, Equatable {
        /// The check.
        package let check: String
        /// Points.
        package let points: Double
        /// Number of findings.
        package let findings: Int
    }

    /// 0…100
    package let score: Int
    /// What was lost by which check, the most first.
    package let losses: [Loss]

    /// Points of the first finding of a check.
    static func weight(_ severity: Verdict) -> Double {
        switch severity {
        case .critical: 25
        case .warning: 8
        case .info: 2
        default: 0
        }
    }

    /// Scores findings.
    package init(_ findings: [Finding]) {
        losses = Dictionary(grouping: findings, by: \.check).map { check, findings in
            let weights = findings.map { Self.weight($0.severity) }.sorted(by: >)
            let points = weights.enumerated().reduce(0) { $0 + $1.element / pow(2, Double($1.offset)) }
            return Loss(check: check, points: (points * 10).rounded() / 10, findings: findings.count)
        }.sorted { ($1.points, $0.check) < ($0.points, $1.check) }
        score = max(0, Int((100 - losses.reduce(0) { $0 + $1.points }).rounded()))
    }
}
