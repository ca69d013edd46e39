import Foundation
import RSSModel
import Testing

@testable import Console

/// What is drawn where the locale is not UTF-8.
@Suite struct CharsetTests {
    @Test(arguments: [
        (["LANG": "en_US.UTF-8"], Charset.utf8), (["LANG": "C.utf8"], .utf8),
        (["LC_ALL": "C", "LANG": "de_DE.UTF-8"], .ascii),
        (["LC_ALL": "", "LC_CTYPE": "de_DE.UTF-8", "LANG": "C"], .utf8), (["LANG": "de_DE.ISO-8859-1"], .ascii),
        ([:], .ascii),
    ])
    func `the locale decides as in every program: LC_ALL, LC_CTYPE, LANG`(
        environment: [String: String], charset: Charset
    ) {
        #expect(Charset(environment: environment) == charset)
    }

    @Test func `signs are replaced and letters are not`() {
        #expect(Charset.ascii("a … b – c → d ─│┌ █▌░ ≥ „x“") == "a ... b - c -> d -|+ ##. >= \"x\"")
        #expect(Charset.ascii("Zürich 東京 👩‍🔧") == "Zürich 東京 👩‍🔧")
        #expect(Charset.utf8("a … b – c") == "a … b – c")
        for level in "▁▂▃▄▅▆▇█▉▊▋▌▍▎▏░▒▓" {
            let sign = Charset.ascii(String(level))
            #expect(sign.count == 1 && sign.allSatisfy { $0.isASCII })
        }
    }

    @Test(arguments: [20, 40, 60, 80])
    func `a table has signs of ASCII only, and its width`(width: Int) throws {
        let letters = Table(
            title: "Sizes …",
            columns: [Column("name"), Column("share", isFlexible: true), Column("note", isFlexible: true)],
            rows: [
                [.text("2026-01 … 2026-02"), .text("████▌"), .null],
                [.text("a"), .text("▏"), .text("a long note that has to be cut somewhere, and then some more words")],
            ], notes: ["1 – 2"])
        for table in [letters] {
            let (console, output, _) = Console.inMemory(isTTY: true, width: width, charset: .ascii)
            try Renderer(format: .table).render(
                Samples.Result(when: Samples.moment, names: [], tables: [table]), to: console, command: "x")
            #expect(output.text.allSatisfy { $0.isASCII }, "\(output.text)")
            // The note on what is cut is a sentence, which the terminal wraps.
            for line in output.text.split(separator: "\n") where !line.contains("--output json") {
                #expect(DisplayWidth.of(line) <= max(width, 22), "\(line)")
            }
        }
    }

    @Test func `programs are given what the data is, whatever the locale`() throws {
        let table = Table(columns: [Column("name")], rows: [[.text("a … b – c")]])
        for format in [OutputFormat.csv, .json, .ndjson, .yaml, .markdown] {
            let (console, output, _) = Console.inMemory(charset: .ascii)
            let result = Samples.Result(when: Samples.moment, names: ["a … b – c"], tables: [table])
            try Renderer(format: format).render(result, to: console, command: "x")
            #expect(output.text.contains("a … b – c"), "\(format)")
        }
    }

    @Test func `messages and progress are of ASCII`() throws {
        let (console, _, error) = Console.inMemory(isTTY: true, width: 80, charset: .ascii)
        console.note("SELECT … FROM t")
        console.showLiveLine("load [██░░] 50%")
        ErrorRenderer().render(ErrorReport(code: "RSS-X-001", exit: .failed, message: "a – b"), to: console)
        #expect(
            error.text.contains("SELECT ... FROM t") && error.text.contains("[##..]") && error.text.contains("a - b"))
        #expect(error.text.allSatisfy { $0.isASCII })
    }
}
