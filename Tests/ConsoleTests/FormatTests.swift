import Console
import RSSModel
import Testing

@Suite struct FormatTests {
    @Test(arguments: OutputFormat.allCases)
    func `each format writes typed values`(format: OutputFormat) throws {
        try Golden.expect(try Samples.text(format, [Samples.types]), "types.\(format.rawValue)")
    }

    @Test(arguments: OutputFormat.allCases)
    func `several tables and an empty one`(format: OutputFormat) throws {
        let empty = Table(title: "None", columns: [Column("a"), Column("b")])
        try Golden.expect(try Samples.text(format, [Samples.hardware, empty]), "several.\(format.rawValue)")
        try Golden.expect(try Samples.text(format, [empty]), "empty.\(format.rawValue)")
    }

    @Test func `CSV on a terminal shows control characters as escapes`() throws {
        try Golden.expect(try Samples.text(.csv, [Samples.types], isTTY: true), "types-terminal.csv")
    }

    @Test(arguments: [
        "yes", "No", "null", "~", "1", "1.5", "2026-11-24", "", " x", "x ", "a: b", "a #b", "- a", "x\ny", "é", "0x1f",
        "*a",
        ".5", "true", "ON", "nan", "a,b",
    ])
    func `YAML quotes what would not be read as a string`(text: String) throws {
        let table = Table(columns: [Column("k")], rows: [[.text(text)]])
        #expect(try Samples.text(.yaml, [table]).hasPrefix("- k: \""))
    }

    @Test(arguments: ["abc", "public.visit_reports", "a-b c/d", "Nobody"])
    func `YAML leaves plain words plain`(text: String) throws {
        let table = Table(columns: [Column("k")], rows: [[.text(text)]])
        #expect(try Samples.text(.yaml, [table]) == "- k: \(text)\n")
    }

    @Test func `embedded JSON keeps its numbers and its order`() throws {
        let json = #" { "z" : 1.10 , "a" : [ 12345678901234567890 , 1e400 , "q\" }" ] } "#
        let table = Table(columns: [Column("k")], rows: [[.json(json)], [.json("{\"a\":}")], [.json("01")]])
        #expect(
            try Samples.text(.ndjson, [table])
                == #"{"k":{"z":1.10,"a":[12345678901234567890,1e400,"q\" }"]}}"# + "\n" + #"{"k":"{\"a\":}"}"# + "\n"
                + #"{"k":"01"}"# + "\n")
    }

    @Test func `deeply nested JSON is refused, not recursed into`() throws {
        let deep = String(repeating: "[", count: 100_000)
        let table = Table(columns: [Column("k")], rows: [[.json(deep)]])
        #expect(try Samples.text(.ndjson, [table]).hasPrefix("{\"k\":\"[[["))
    }
}

/// A result that is a text for another program, and a table for those who ask for one.
private struct TextResult: Encodable, Tabular {
    let text: String
    var document: String? { text }
    var tables: [Table] { [Table(columns: [Column("text")], rows: [[.text(text)]])] }
}

@Suite struct DocumentTests {
    private func shown(_ format: OutputFormat, isTTY: Bool) throws -> String {
        let (console, output, _) = Console.inMemory(isTTY: isTTY, width: 10)
        try Renderer(format: format).render(
            TextResult(text: "a\tb \u{1B}[31m\r\nlonger than the screen\n\n"), to: console, command: "test")
        return output.text
    }

    @Test func `a document is written as it is, and on a terminal without what a terminal would obey`() throws {
        #expect(try shown(.table, isTTY: false) == "a\tb \u{1B}[31m\r\nlonger than the screen\n\n")
        #expect(try shown(.table, isTTY: true) == "a\tb ␛[31m\\r\nlonger than the screen\n\n")
    }

    @Test func `other formats have its table`() throws {
        #expect(
            try shown(.ndjson, isTTY: false) == "{\"text\":\"a\\tb \\u001b[31m\\r\\nlonger than the screen\\n\\n\"}\n")
    }
}
