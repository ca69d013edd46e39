import RSSModel

/// A score above 0 and up to 100 of which every lost point is accounted for.
///
/// Each finding weighs by its severity; of several findings of one check the gravest weighs in full, the second half, the
/// third a third, so that a hundred unused indexes do not outweigh a wraparound. With the weights `w` in sum the score is
/// `100 · 75 / (75 + w)`: it never reaches 0, so that removing any finding raises it however many there are, and it is 100
/// exactly when there is none. A blind check costs nothing, and is listed beside the score.
package struct PerformanceScore: Sendable, Encodable, Equatable {
    /// What a check cost.
    package struct Loss: Sendable, Encodable, Equatable {
        /// The check.
        package let check: String
        /// The points that its findings take of the 100: its share of what is lost.
        package let points: Double
        /// The points that the score would rise by if all its findings were fixed.
        package let gain: Double
        /// Number of findings.
        package let findings: Int
    }

    /// Above 0 and up to 100, not rounded.
    package let score: Double
    /// What was lost by which check, the most first; their points and the score are 100 in sum.
    package let losses: [Loss]

    /// The weight that halves the distance from 100 to 50.
    private static let half = 75.0

    /// The weight of the first finding of a check.
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
        let weights = Dictionary(grouping: findings, by: \.check).map { check, findings in
            let sorted = findings.map { Self.weight($0.severity) }.sorted(by: >)
            let weight = sorted.enumerated().reduce(0) { $0 + $1.element / Double($1.offset + 1) }
            return (check: check, weight: weight, findings: findings.count)
        }.sorted { ($1.weight, $0.check) < ($0.weight, $1.check) }
        // Summed in the order of the sorted list, so that the same findings have the same score to the last bit.
        let total = weights.reduce(0) { $0 + $1.weight }
        let score = Self.of(total)
        self.score = score
        losses = weights.map { entry in
            Loss(
                check: entry.check, points: total == 0 ? 0 : (100 - score) * entry.weight / total,
                gain: Self.of(total - entry.weight) - score, findings: entry.findings)
        }
    }

    private static func of(_ weight: Double) -> Double { weight <= 0 ? 100 : 100 * half / (half + weight) }

    /// The score for people, with one digit, rounded down: 100 only where there is no finding.
    package var text: String {
        let tenths = Int((score * 10).rounded(.down))
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
