import Console
import RSSModel
import Testing

@Suite struct ErrorRendererTests {
    private let report = ErrorReport(
        code: "RSS-IMPORT-014", exit: .dataError, message: "cannot import \u{1B}[31mfile", detail: "first\nsecond",
        hint: "rssctl bulk template hardware", sqlState: "22P02",
        statement: "SELECT 1\n  FROM t WHERE " + String(repeating: "x", count: 300),
        place: SourcePlace(file: "in.csv", line: 4, column: 7))

    @Test func `an error as text`() throws {
        let (console, output, error) = Console.inMemory()
        ErrorRenderer().render(report, to: console)
        try Golden.expect(error.text, "error.txt")
        #expect(output.text.isEmpty)
    }

    @Test func `an error in colour`() throws {
        let (console, _, error) = Console.inMemory(isTTY: true, usesColor: true)
        ErrorRenderer().render(report, to: console)
        try Golden.expect(error.text, "error-styled.txt")
    }

    @Test func `an error as one line of JSON`() throws {
        let (console, _, error) = Console.inMemory()
        ErrorRenderer(asJSON: true).render(report, to: console)
        try Golden.expect(error.text, "error.json")
        #expect(error.text.split(separator: "\n").count == 1)
    }

    @Test func `an error of few words stays short`() {
        let few = ErrorReport(code: "RSS-X-001", exit: .failed, message: "no")
        #expect(ErrorRenderer.text(few, style: Style(isOn: false)) == "error: no\n  code: RSS-X-001")
    }
}
