import Foundation
import RSSBulk
import RSSCore

/// The result of an import as a page to be forwarded: complete in itself, without scripts.
struct ImportReportPage {
    let report: ImportReport
    /// When the run ended.
    let at: Date

    /// The page in HTML.
    var html: String {
        let figures = report.figures.map {
            "<div><b>\($0.value.formatted(.number.locale(Locale(identifier: "en"))))</b>\($0.name)</div>"
        }
        let facts: [(String, String?)] = [
            ("File", report.file), ("Object", report.object), ("Delimiter", report.delimiter),
            ("Encoding", report.encoding),
            ("Matched by", report.key ?? "all values"), ("Visit report", report.visitReport),
            ("Organization", report.organization), ("Run", report.run),
            ("Ignored columns", report.ignoredColumns.isEmpty ? nil : report.ignoredColumns.joined(separator: ", ")),
            ("Rejected rows", report.rejectsFile), ("Undo it", report.run.map { "rssctl bulk undo \($0)" }),
        ]
        let rejects = report.rejects.map { kind in
            let cells = [kind.code.rawValue, "\(kind.count)", "\(kind.line)", kind.column ?? "", kind.reason]
            return "<tr>\(cells.map { "<td>\(Self.escaped($0))</td>" }.joined())</tr>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <style>
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #222; }
            .figures { display: flex; flex-wrap: wrap; gap: 2rem; } .figures b { display: block; font-size: 1.8rem; }
            table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #ddd; vertical-align: top; }
            @media (prefers-color-scheme: dark) { body { background: #181818; color: #ddd; } td, th { border-color: #444; } }
            </style></head><body>
            <h1>\(title)</h1>
            <p>\(at.formatted(.iso8601))\(report.isDryRun ? ", a dry run: nothing was changed" : "")</p>
            <div class="figures">\(figures.joined())</div>
            <h2>How</h2>
            <table>\(facts.compactMap { name, value in value.map { "<tr><th>\(name)</th><td>\(Self.escaped($0))</td></tr>" } }.joined(separator: "\n"))</table>
            \(rejects.isEmpty ? "" : "<h2>Rejected</h2>\n<table><tr><th>Code</th><th>Rows</th><th>First line</th><th>Column</th><th>Reason of the first</th></tr>\n\(rejects.joined(separator: "\n"))</table>")
            </body></html>

            """
    }

    private var title: String { Self.escaped("\(report.operation) of \(report.object): \(report.file)") }

    /// The result as JSON, as `--output json` has it.
    func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(report), as: UTF8.self) + "\n"
    }

    /// A text as HTML shows it.
    static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;")
    }
}
