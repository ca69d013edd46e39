import RSSModel

/// Reports an error on stderr: as text for people, as one JSON object per line for scripts.
package struct ErrorRenderer: Sendable {
    /// Whether the error is reported as JSON.
    package var asJSON: Bool

    /// Makes a renderer; JSON suits a run whose result is JSON.
    package init(asJSON: Bool = false) { self.asJSON = asJSON }

    private struct Envelope: Encodable {
        let error: ErrorReport
    }

    /// Writes the error to the console's stderr.
    package func render(_ report: ErrorReport, to console: Console) {
        console.clearLiveLine()
        console.say(asJSON ? Self.json(report) : Self.text(report, style: console.error.style))
    }

    /// `{"error":{"code":"RSS-IMPORT-014","exit":65,"message":…}}`
    package static func json(_ report: ErrorReport) -> String {
        (try? JSONDocument.text(of: Envelope(error: report))) ?? #"{"error":{"code":"RSS-OUTPUT-002"}}"#
    }

    /// The error as lines: `error: message`, and under it what else is known.
    package static func text(_ report: ErrorReport, style: Style) -> String {
        var lines = [style("error:", .alarm) + " " + VisibleText.of(report.message)]
        func add(_ label: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            // A text of several lines stays one, set in under its label.
            let parts = value.split(whereSeparator: \.isNewline).map { VisibleText.of(String($0)) }
            let indent = String(repeating: " ", count: label.count + 4)
            lines.append("  " + style(label + ":", .strong) + " " + parts.joined(separator: "\n" + indent))
        }
        add("detail", report.detail)
        add("blocked by", report.blockers?.map(\.description).joined(separator: "\n"))
        add("at", report.place?.description)
        add("statement", report.statement.map(shortened))
        add("SQLSTATE", report.sqlState)
        add("hint", report.hint)
        add("code", report.code)
        return lines.joined(separator: "\n")
    }

    private static func shortened(_ statement: String) -> String {
        let oneLine = statement.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return oneLine.count > 200 ? oneLine.prefix(200) + "…" : oneLine
    }
}
