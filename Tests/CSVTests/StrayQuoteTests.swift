import CSV
import Testing

/// A quote that is one too many or one too few affects its own line and no other, where the number of fields is known.
@Suite struct StrayQuoteTests {
    private func read(_ text: String, _ columns: Int?, _ dialect: Dialect = .rfc4180, limit: Int = 1 << 20) -> [Record]
    {
        Reading.records(Array(text.utf8), dialect, limit: limit, columns: columns)
    }

    @Test(
        arguments: [
            ("\"A2,x,24\n", ["\"A2", "x", "24"]), ("A2,\"x,24\n", ["A2", "\"x", "24"]),
            ("A2,x,\"24\n", ["A2", "x", "\"24"]),
            ("A2,\"24\" wide, black\",x\n", ["A2", "24\" wide, black", "x"]),
            ("A2,\"\"x, y\",z\n", ["A2", "\"x, y", "z"]), ("A2,x,\"\n", ["A2", "x", "\""]),
            ("\"A2\",\"x,\"y, z\"\n", ["A2", "\"x", "y, z"]),
        ])
    func `the line is read as it was meant, and marked`(line: String, values: [String]) {
        let others = (3...9).map { "A\($0),x,\"y, \($0)\"\n" }
        for ending in ["\n", "\r\n", "\r"] {
            let text = (["A1,x,y\n", line] + others).joined().replacing("\n", with: ending)
            let records = read(text, 3)
            #expect(records.count == 9)
            #expect(Reading.values(records[1]) == values)
            #expect(records.filter(\.hasProblems).map(\.line) == [2])
            #expect(records.map(\.line) == Array(1...9) && records.map(\.number) == Array(1...9))
            #expect(String(decoding: records[1].raw, as: UTF8.self) + "\n" == line)
            #expect(Reading.values(records[2]) == ["A3", "x", "y, 3"])
        }
    }

    @Test(arguments: [
        // The other half of the quote is an inch sign before a delimiter, so that everything fits.
        ("Monitor,A,\"24 inch,1\nMonitor,B,27 inch,2\nMonitor,C,19\",3\n", 4, true),
        ("Monitor,A,\"24 inch,1\nMonitor,C,19\",3\n", 4, true),
        // Notes of several lines.
        ("Monitor,A,\"line one\nline two, with a comma\nline three\",3\n", 4, false),
        ("Monitor,A,\"a, b\nc\",3\n", 4, false), ("\"x\ny\",A,b,3\n", 4, false),
    ])
    func `lines that were rows before a quote swallowed them are detected`(
        text: String, columns: Int, isSwallowed: Bool
    ) {
        for ending in ["\n", "\r\n", "\r"] {
            let records = read(text.replacing("\n", with: ending), columns)
            #expect(records.count == 1 && records[0].count == columns && !records[0].hasProblems)
            #expect(records[0].spansLines && records[0].hasSwallowedLines(columns) == isSwallowed)
        }
        #expect(read("a,b\nc,\"d\"\n", 2).allSatisfy { !$0.spansLines && $0.lineCount == 1 })
    }

    @Test func `without a number of fields it is as Python reads it`() {
        let records = read("a,b\n\"c,d\ne,f\ng,\"h\"\n", nil)
        #expect(records.count == 2 && records[1].problems.map(\.kind) == [.textAfterQuote])
    }

    @Test func `a quote at the end of the file swallows no line`() {
        let records = read("a,b\n\"c,d\ne,f\ng,h\n", 2)
        #expect(records.map(Reading.values) == [["a", "b"], ["\"c", "d"], ["e", "f"], ["g", "h"]])
        #expect(records[1].problems == [RecordProblem(kind: .unterminatedQuote, field: 0, line: 2)])
        #expect(read("a,b\n\"c,d\n", 2).map(Reading.values) == [["a", "b"], ["\"c", "d"]])
        #expect(read("a,b\nc,\"", 2).map(Reading.values) == [["a", "b"], ["c", "\""]])
    }

    @Test func `an open quote swallows nothing up to the limit`() {
        let lines = (0..<1000).map { "row \($0),b" }
        for pieces in [nil, 64, 1000] {
            let text = Array((["\"open,a"] + lines).joined(separator: "\n").utf8)
            let records = Reading.records(text, pieces: pieces, limit: 500, columns: 2)
            #expect(records.count == 1001 && records.filter(\.hasProblems).map(\.line) == [1])
        }
    }

    @Test func `a line that is too long is so with a stray quote, too`() {
        let long = "\"a \"b\" " + String(repeating: "x", count: 200) + ",b\nc,d\n"
        let records = read(long, 2, limit: 50)
        #expect(records.count == 2 && records[0].problems.map(\.kind) == [.tooLong(limit: 50)])
        #expect(Reading.values(records[1]) == ["c", "d"] && records[1].line == 2)
    }

    @Test func `a note of several lines stays one, sound or not`() {
        let sound = "a,\"one\ntwo, \"\"three\"\"\nfour\",b\nc,d,e\n"
        #expect(read(sound, 3).map(Reading.values) == [["a", "one\ntwo, \"three\"\nfour", "b"], ["c", "d", "e"]])
        #expect(read("a,\"one\ntwo\"\nc,d,e\n", 3).map(Reading.values) == [["a", "one\ntwo"], ["c", "d", "e"]])
        let broken = read("a,\"one \"big\" note\nof two lines\",b\nc,d,e\n", 3)
        #expect(broken.last.map(Reading.values) == ["c", "d", "e"] && broken[0].hasProblems)
    }

    @Test func `what is sound is read alike with and without a number of fields`() throws {
        var numbers = Numbers(state: 11)
        let alphabet = ["a", ",", "\"", "\n", "\r\n", " ", "é", ";", "\\"]
        for columns in 2...4 {
            let rows = (0..<300).map { _ in
                (0..<columns).map { _ in
                    String(
                        decoding: InvarianceTests.text(
                            &numbers, alphabet: alphabet, length: Int.random(in: 0..<8, using: &numbers)),
                        as: UTF8.self)
                }
            }
            var bytes: [UInt8] = []
            var writer = RecordWriter { bytes += $0 }
            for row in rows { try writer.write(row) }
            try writer.flush()
            #expect(Reading.records(bytes, columns: columns).map(Reading.values) == rows)
        }
    }

    @Test func `a reader that detects recovers from stray quotes`() throws {
        var lines = (0..<50).map { "SN-\(1000 + $0),Paris,\($0)" }
        lines[20] = "\"SN-1020,Paris,20"
        let text = Array((["serial,site,rack"] + lines).joined(separator: "\n").utf8)
        let detection = DialectDetector.detect(text[...], isWhole: true)
        #expect(detection.certainColumns == 3)
        #expect(Reading.records(text, columns: detection.certainColumns).count == 51)
    }
}
