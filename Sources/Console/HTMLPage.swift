/// A whole page: one file with its own style sheet, without scripts, and with nothing loaded from elsewhere.
package struct HTMLPage: Sendable {
    private let title: String
    private let body: HTML

    /// Makes a page.
    package init(title: String, body: HTML) {
        self.title = title
        self.body = body
    }

    /// The file.
    package var text: String {
        let page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="referrer" content="no-referrer">
            <title>\(title)</title>
            <style>
            \(Self.style)
            </style>
            </head>
            <body>
            <main>
            \(body)
            </main>
            </body>
            </html>

            """
        return page.text
    }

    private static let style: HTML = """
        :root { color-scheme: light dark; --ink: #1b2733; --faint: #5d6b78; --line: #d7dee4; --fill: #2f6f9f; --paper: #ffffff; --soft: #f3f6f8; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e3e9ee; --faint: #9aa8b4; --line: #36424d; --fill: #6aaedb; --paper: #14191e; --soft: #1e252c; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
        main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
        h1 { font-size: 1.6rem; line-height: 1.2; margin: 0.5rem 0; overflow-wrap: anywhere; }
        h2 { font-size: 1.15rem; margin: 2rem 0 0.5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
        p { margin: 0.25rem 0; overflow-wrap: anywhere; }
        .faint { color: var(--faint); }
        .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.75rem; margin: 1rem 0; padding: 0; list-style: none; }
        .figures li { background: var(--soft); border-radius: 0.5rem; padding: 0.75rem; min-width: 0; }
        .figures b { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
        .figures span { color: var(--faint); font-size: 0.85rem; }
        section { break-inside: avoid; }
        .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 0 2rem; }
        table { border-collapse: collapse; width: 100%; table-layout: fixed; margin: 0.5rem 0; }
        caption { text-align: left; font-weight: 600; padding: 0.5rem 0; }
        th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.5rem 0.25rem 0; font-weight: 400; overflow-wrap: anywhere; border-bottom: 1px solid var(--line); }
        thead th { color: var(--faint); font-size: 0.85rem; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .bars th { width: 42%; } .bars .number { width: 24%; } .bars .bar { width: 34%; }
        svg { fill: var(--fill); }
        .bar svg { display: block; width: 100%; height: 0.8rem; margin-top: 0.35rem; }
        .columns { display: block; width: 100%; height: auto; margin: 0.5rem 0; }
        .columns text { fill: var(--ink); font-size: 12px; text-anchor: middle; }
        .columns .label { fill: var(--faint); }
        dl { display: grid; grid-template-columns: minmax(7rem, max-content) 1fr; gap: 0.25rem 1rem; margin: 0.5rem 0; }
        dt { color: var(--faint); } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; white-space: pre-wrap; }
        .card { border-bottom: 1px solid var(--line); padding-bottom: 0.5rem; break-inside: avoid; }
        footer { margin-top: 2rem; color: var(--faint); font-size: 0.85rem; }
        @page { size: A4; margin: 15mm; }
        @media print { :root { --ink: #000000; --faint: #444444; --line: #bbbbbb; --fill: #2f6f9f; --paper: #ffffff; --soft: #f0f0f0; } body { font-size: 11pt; } main { max-width: none; padding: 0; } tr { break-inside: avoid; } h2 { break-after: avoid; } svg, .figures li { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
        """
}
