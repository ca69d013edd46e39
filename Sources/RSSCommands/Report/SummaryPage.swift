import Console
import Foundation
import RSSModel
import RSSReport

/// A summary as an HTML page.
struct SummaryPage {
    private let summary: ReportSummary
    private let made: Date

    init(_ summary: ReportSummary, made: Date) {
        self.summary = summary
        self.made = made
    }

    var page: HTMLPage {
        let scope = SummaryCharts.scope(summary)
        let charts = SummaryCharts.all(summary)
        let period = "\(summary.period.from) to \(summary.period.to)"
        let before = "\(summary.beforePeriod.from) to \(summary.beforePeriod.to)"
        let figures = SummaryCharts.figures(summary).map { figure -> HTML in
            // An empty element is a fault to an HTML validator.
            figure.note == nil
                ? "<li><b>\(figure.value)</b>\(figure.name)</li>"
                : "<li><b>\(figure.value)</b>\(figure.name)<br><span>\(figure.note)</span></li>"
        }
        let tables = charts.dropFirst().filter { !$0.points.isEmpty }.map { chart -> HTML in
            "<section>\(chart.rows(number: SummaryCharts.count))</section>"
        }
        let body: HTML = """
            <h1>\(scope)</h1>
            <p class="faint">\(period)</p>
            <ul class="figures">
            \(figures)
            </ul>
            <section>
            <h2>\(SummaryCharts.monthTitle)</h2>
            \(charts[0].columns(number: SummaryCharts.count))
            </section>
            <div class="pair">
            \(tables)
            </div>
            <footer>
            <p>The period before is \(before). Finished are visits with status completed, approved or archived.</p>
            <p>Made by rssctl \(Version.number), \(Cell.timestamp(made).displayText) UTC.</p>
            </footer>
            """
        return HTMLPage(title: "\(scope), \(period)", body: body)
    }
}
