import RSSModel

/// One page of visit reports.
package struct ReportPage: CommandResult {
    /// The reports, in the order asked for.
    package let visits: [VisitReport]
    /// How many reports match the filter; nil when not counted.
    package let totalCount: Int64?
    /// Whether the total is the true one, not a cap or an estimate.
    package let totalIsExact: Bool
    /// Where the next page begins; nil on the last page.
    package let next: String?
    /// Whether a total that is not exact is an estimate; else it is a cap.
    package let totalIsEstimate: Bool
    /// How the page was found; nil unless asked for.
    package var explanation: [String]?

    init(
        visits: [VisitReport], totalCount: Int64?, totalIsExact: Bool, next: String?, totalIsEstimate: Bool = false,
        explanation: [String]? = nil
    ) {
        self.visits = visits
        self.totalCount = totalCount
        self.totalIsExact = totalIsExact
        self.next = next
        self.totalIsEstimate = totalIsEstimate
        self.explanation = explanation
    }

    private enum CodingKeys: CodingKey { case visits, totalCount, totalIsExact, next, explanation }

    package var counts: [String: Int64] { ["visits": Int64(visits.count)] }

    package var tables: [Table] {
        [
            Table(
                columns: VisitReport.columns, rows: visits.map(\.cells), notes: notes,
                emptyMessage: totalCount ?? 0 > 0
                    ? "The page is past the last visit report." : "No visit report matches the filter.")
        ]
    }

    private var notes: [String] {
        var notes: [String] = []
        if let totalCount {
            let total = "\(totalIsExact ? "" : totalIsEstimate ? "about " : "more than ")\(totalCount) visit reports"
            if visits.isEmpty, totalCount > 0 {
                notes.append("\(total.prefix(1).uppercased())\(total.dropFirst()) match the filter.")
            } else {
                notes.append("\(visits.count) of \(total).")
            }
        }
        if let next { notes.append("Next page: --after \(next)") }
        return notes + (explanation ?? [])
    }
}
