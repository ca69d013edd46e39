import Console
import RSSModel
import RSSReport

/// One visit report as an HTML page.
struct VisitPage {
    private let detail: VisitDetail

    init(_ detail: VisitDetail) { self.detail = detail }

    var page: HTMLPage {
        let fields = VisitFields.of(detail).map { field -> HTML in "<dt>\(field.name)</dt><dd>\(text(field.cell))</dd>"
        }
        let tables = [VisitFields.hardware(detail), VisitFields.recycling(detail), VisitFields.files(detail)]
        let body: HTML = """
            <h1>Visit report \(detail.reportNumber)</h1>
            <dl>
            \(fields)
            </dl>
            \(tables.filter { !$0.rows.isEmpty }.map(section))
            <footer><p>Made by rssctl \(Version.number).</p></footer>
            """
        return HTMLPage(title: "Visit report \(detail.reportNumber)", body: body)
    }

    /// A page shows a text as it is: what a terminal would obey is escaped by HTML itself.
    private func text(_ cell: Cell) -> String {
        if case .text(let text) = cell { text } else { cell.displayText }
    }

    private func section(_ table: Table) -> HTML {
        let rows = table.rows.map { row -> HTML in
            let cells = row.map { cell -> HTML in "<dd>\(text(cell))</dd>" }
            let named = zip(table.headings, cells).map { heading, cell -> HTML in "<dt>\(heading)</dt>\(cell)" }
            return "<dl class=\"card\">\(named)</dl>"
        }
        return """
            <section>
            <h2>\(table.title)</h2>
            \(rows)
            </section>
            """
    }
}
