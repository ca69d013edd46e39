import Console
import RSSModel
import RSSReport

/// A summary for a terminal: figures, a sparkline, bars.
struct SummaryText {
    private let summary: ReportSummary
    private let width: Int

    init(_ summary: ReportSummary, width: Int) {
        self.summary = summary
        self.width = width
    }

    func text(files: [String]) -> String {
        var lines = [heading, ""]
        lines += figures
        if summary.total.visits > 0 {
            lines += ["", "Visits by month  \(SummaryCharts.months(summary).sparkline)"]
            for chart in SummaryCharts.all(summary) where !chart.points.isEmpty {
                if chart.title != SummaryCharts.monthTitle { lines += ["", chart.title] }
                lines += chart.lines(width: width, number: SummaryCharts.count).map { "  " + $0 }
            }
        }
        lines += files.isEmpty ? [] : [""] + files.map { "Written: \(VisibleText.of($0))" }
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        "\(VisibleText.of(SummaryCharts.scope(summary))), \(summary.period.from) to \(summary.period.to)"
    }

    private var figures: [String] {
        SummaryCharts.figures(summary).map { figure in
            let name = figure.name + String(repeating: " ", count: max(0, 18 - figure.name.count))
            return "  \(name)\(figure.value)\(figure.note.map { "  (\($0))" } ?? "")"
        }
    }
}

/// What text and page have in common.
enum SummaryCharts {
    static let monthTitle = "Visits by month"

    static func count(_ value: Double) -> String { Quantity.grouped(Int64(value)) }

    /// What it is limited to.
    static func scope(_ summary: ReportSummary) -> String {
        let parts = [summary.organization, summary.office, summary.technician].compactMap(\.self)
        return parts.isEmpty ? "All visit reports" : "Visit reports of \(parts.joined(separator: ", "))"
    }

    static func figures(_ summary: ReportSummary) -> [(name: String, value: String, note: String?)] {
        let total = summary.total
        let share = total.visits > 0 ? Double(total.finished) / Double(total.visits) * 100 : 0
        let change = summary.change.map {
            "\($0 < 0 ? "−" : "+")\(Quantity.fixed(abs($0), 1)) % against the \(count(Double(summary.before.visits))) before"
        }
        return [
            ("Visits", count(Double(total.visits)), change ?? "none in the period before"),
            ("Finished", count(Double(total.finished)), "\(Quantity.fixed(share, 1)) %"),
            (
                "Completion", total.completion.map { "\(Quantity.fixed($0, 1)) %" } ?? "–",
                summary.before.completion.map { "\(Quantity.fixed($0, 1)) % before" }
            ),
            ("Devices", count(Double(summary.devices)), nil),
            (
                "Recycled items", count(Double(summary.recycledQuantity)),
                "\(Quantity.fixed(summary.recycledWeight, 1)) kg"
            ),
            ("Files", count(Double(summary.files)), nil),
        ]
    }

    static func months(_ summary: ReportSummary) -> Chart { visits(monthTitle, summary.months) }

    /// All of them in their order; months first.
    static func all(_ summary: ReportSummary) -> [Chart] {
        [
            months(summary), visits("Status", summary.statuses),
            visits(title("Organizations", summary.otherOrganizations), summary.organizations),
            visits(title("Offices", summary.otherOffices), summary.offices),
            visits(title("Technicians", summary.otherTechnicians), summary.technicians),
            devices("Devices by category", summary.hardware), devices("Devices by status", summary.hardwareStatuses),
            Chart("Recycled items by status", summary.recycling.map { Chart.Point($0.status, Double($0.quantity)) }),
        ]
    }

    private static func title(_ name: String, _ others: Int64) -> String {
        others > 0 ? "\(name) with the most visits, of \(count(Double(others) + Double(ReportSummary.most)))" : name
    }

    private static func visits(_ title: String, _ entries: [ReportSummary.Entry]) -> Chart {
        Chart(title, entries.map { Chart.Point($0.name ?? "(none)", Double($0.visits)) })
    }

    private static func devices(_ title: String, _ entries: [ReportSummary.Devices]) -> Chart {
        Chart(title, entries.map { Chart.Point($0.name, Double($0.devices)) })
    }
}
