import Testing

@testable import Console

@Suite struct HTMLTests {
    @Test func `what is put into a literal is text, and pieces of HTML are markup`() {
        let name = "<script>alert('x')</script> & \"co\""
        let cell: HTML = "<td title=\"\(name)\">\(name)</td>"
        let escaped = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;co&quot;"
        #expect(cell.text == "<td title=\"\(escaped)\">\(escaped)</td>")
        let row: HTML = "<tr>\(cell)\([cell, cell])\(7)\(String?.none)</tr>"
        #expect(row.text == "<tr>\(cell.text)\(cell.text)\n\(cell.text)7</tr>")
    }

    @Test func `what HTML has no character for is replaced, and so is what turns the direction of text`() {
        #expect(HTML(escaping: "a\0b\u{1B}[31m\u{7F}\u{85}c").text == "a\u{FFFD}b\u{FFFD}[31m\u{FFFD}\u{FFFD}c")
        // Swift has no literal of these two.
        let noncharacters = ([0xFFFE, 0xFDD0] as [UInt32]).compactMap { Unicode.Scalar($0) }.map {
            String(Character($0))
        }
        .joined()
        #expect(HTML(escaping: "x\u{202E}y\u{2066}z" + noncharacters).text == "x\u{FFFD}y\u{FFFD}z\u{FFFD}\u{FFFD}")
        #expect(HTML(escaping: "tab\tline\n\u{2028}é😀").text == "tab\tline\n\u{2028}é😀")
    }

    @Test func `a page has no script, loads nothing, and its title is text`() {
        let page = HTMLPage(title: "</title><script>", body: "<p>x</p>").text
        #expect(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>") && !page.contains("<script"))
        #expect(!page.contains("http://") && !page.contains("https://") && !page.contains("url("))
        #expect(page.hasPrefix("<!DOCTYPE html>") && page.contains("default-src 'none'"))
    }
}

@Suite struct ChartTests {
    @Test(
        arguments: [(0, ""), (1, "████"), (0.5, "██"), (0.001, "▏"), (0.28, "█▏"), (2, "████")] as [(Double, String)])
    func `a bar is a share of its width, and never nothing for something`(share: Double, bar: String) {
        #expect(Chart.bar(share, width: 4) == bar)
    }

    @Test func `a sparkline has a column for each number`() {
        let chart = Chart("x", [0, 1, 4, 8, -3, .nan].map { .init("", $0) })
        #expect(chart.sparkline == " ▁▄█  ")
        #expect(Chart("x", []).sparkline.isEmpty)
    }

    @Test func `lines have labels, numbers and bars one under another, wide characters too`() {
        let chart = Chart("x", [.init("漢字", 20), .init("a\u{1B}b", 5), .init("c", 0)])
        let lines = chart.lines(width: 30) { "\(Int($0))" }
        #expect(lines.count == 3 && lines[0].contains("20  ████") && !lines[1].contains("\u{1B}"))
        #expect(lines.allSatisfy { DisplayWidth.of($0) <= 30 })
    }

    @Test func `the SVG of hostile labels holds them as text`() {
        let chart = Chart("<b>", [.init("</svg><script>", 3), .init("\"'&", 0)])
        for html in [chart.columns { "\(Int($0))" }, chart.rows { "\(Int($0))" }] {
            #expect(!html.text.contains("<script") && !html.text.contains("<b>"))
            #expect(html.text.contains("&lt;/svg&gt;&lt;script&gt;") && html.text.contains("&quot;&#39;&amp;"))
        }
        #expect(Chart("x", []).columns { "\($0)" } == .empty)
    }
}
