import CSV
import Testing

@Suite struct TokenizerTests {
    @Test(
        arguments: [
            ("", []),
            ("a,b\n", [["a", "b"]]),
            ("a,b", [["a", "b"]]),
            ("a,b\r\nc,d\re,f\ng,h", [["a", "b"], ["c", "d"], ["e", "f"], ["g", "h"]]),
            (",\n", [["", ""]]),
            ("a,", [["a", ""]]),
            ("a,\n,b", [["a", ""], ["", "b"]]),
            ("\"a\",\"b\"\n", [["a", "b"]]),
            ("\"a,b\",c\n", [["a,b", "c"]]),
            ("\"a\"\"b\",c\n", [["a\"b", "c"]]),
            ("\"\"\"\"\n", [["\""]]),
            ("\"\"\n", [[""]]),
            ("\"\",\"\"", [["", ""]]),
            ("\"a\nb\r\nc\rd\",e\nf,g", [["a\nb\r\nc\rd", "e"], ["f", "g"]]),
            ("a\"b,c\"\n", [["a\"b", "c\""]]),
            ("5\" disk,3.5\"\"\n", [["5\" disk", "3.5\"\""]]),
            (" \"a\", b\n", [[" \"a\"", " b"]]),
            ("\"a\"b,c\n", [["ab", "c"]]),
            ("\"a\"\"x\"b\"c\",d\n", [["a\"xb\"c\"", "d"]]),
            ("\"a\" ,b\n", [["a ", "b"]]),
            ("\n\n\na\n\n\r\n\rb\n\n", [["a"], ["b"]]),
            ("a,\"b\nc,d\n", [["a", "b\nc,d\n"]]),
            ("\"", [[""]]),
            ("a,\"", [["a", ""]]),
            ("\"a\"\"", [["a\""]]),
            ("x\u{0}y,z\n", [["x\u{0}y", "z"]]),
            ("\u{FEFF}a,b\n\u{FEFF}c,d", [["a", "b"], ["\u{FEFF}c", "d"]]),
            ("\u{FEFF}\"a\",b\n", [["a", "b"]]),
            ("\u{FEFF}", []),
            ("é東👩‍🔧,ß\n", [["é東👩‍🔧", "ß"]]),
            ("{\"\"a\"\":1},x\n", [["{\"\"a\"\":1}", "x"]]),
            ("\"{\"\"a\"\":1}\",x\n", [["{\"a\":1}", "x"]]),
        ] as [(String, [[String]])])
    func `tricky text is read as people mean it`(text: String, rows: [[String]]) {
        #expect(Reading.rows(text) == rows)
    }

    @Test func `other delimiters, quotes and escapes`() {
        #expect(Reading.rows("a;b,c\n", Dialect(delimiter: UInt8(ascii: ";"))) == [["a", "b,c"]])
        #expect(
            Reading.rows("'a\tb'\t\"c\"\n", Dialect(delimiter: 9, quote: UInt8(ascii: "'"))) == [["a\tb", "\"c\""]])
        #expect(Reading.rows("\"a\",b\n", Dialect(quote: nil)) == [["\"a\"", "b"]])
        let backslash = Dialect(escape: .backslash)
        #expect(Reading.rows("\"a\\\"b\",c\\,d\\\\,e\n", backslash) == [["a\"b", "c,d\\", "e"]])
        #expect(Reading.rows("\"a\"\"b\\\"\",\\\n\n", backslash) == [["a\"b\"", "\n"]])
        #expect(Reading.rows("a\\", backslash) == [["a\\"]])
        #expect(Reading.rows("a\\b\n") == [["a\\b"]])
    }

    @Test func `lines, numbers and places are those of the file`() {
        let text = "h1,h2\n\n\"a\r\nb\",\"é\"\"x\",y\rz,\"q\"\n"
        var tokenizer = Tokenizer(.rfc4180)
        let records = Array(tokenizer.feed(Array(text.utf8))) + Array(tokenizer.finish())
        #expect(records.map(\.number) == [1, 2, 3])
        #expect(records.map(\.line) == [1, 3, 5])
        #expect(tokenizer.emptyLines == 1)
        #expect((0..<3).map { records[1].place(of: $0).line } == [3, 4, 4])
        #expect((0..<3).map { records[1].place(of: $0).column } == [1, 4, 11])
        #expect(records[2].place(of: 1) == (5, 3))
        #expect(String(decoding: records[1].raw, as: UTF8.self) == "\"a\r\nb\",\"é\"\"x\",y")
        #expect(records[1].isQuoted(0) && !records[1].isQuoted(2))
    }

    @Test func `problems name their field and line, and leave the other records alone`() {
        let text = "a,b\n\"x\"y,c\u{0}\n\nd,\"e\nf\n"
        let records = Reading.records(Array(text.utf8))
        #expect(records[0].problems.isEmpty)
        #expect(
            records[1].problems == [
                RecordProblem(kind: .textAfterQuote, field: 0, line: 2),
                RecordProblem(kind: .nulByte, field: 1, line: 2),
            ])
        #expect(records[2].problems == [RecordProblem(kind: .unterminatedQuote, field: 1, line: 4)])
        #expect(records[2].string(1) == "e\nf\n")
    }

    @Test func `bytes that are not UTF-8 are nil, not replaced`() {
        let records = Reading.records([0x61, 0xFF, 0x2C, 0x62, 0x0A])
        #expect(records[0].string(0) == nil)
        #expect(records[0].bytes(0) == [0x61, 0xFF])
        #expect(records[0].string(1) == "b")
        #expect(records[0].string(2) == nil)
        #expect(records[0].string(-1) == nil)
        #expect(records[0].isEmpty(7))
    }

    @Test func `a record that is too long is set aside, and reading continues at the next line`() {
        let long = String(repeating: "x", count: 100)
        let text = "a,b\n\(long),\"y\nz\",w\nc,d\n"
        let records = Reading.records(Array(text.utf8), limit: 50)
        #expect(records.map(\.line) == [1, 2, 3, 4])
        #expect(records[1].problems == [RecordProblem(kind: .tooLong(limit: 50), field: 0, line: 2)])
        #expect(records[1].count == 0)
        #expect(String(decoding: records[1].raw, as: UTF8.self) == String(long.prefix(50)))
        #expect(Reading.values(records[3]) == ["c", "d"])
        let exact = Reading.records(Array("\(long.prefix(48)),b\nc".utf8), limit: 50)
        #expect(exact.allSatisfy { $0.problems.isEmpty } && exact.count == 2)
    }

    @Test func `an open quote swallows no more than the limit`() {
        let lines = (0..<1000).map { "row \($0),b" }.joined(separator: "\n")
        let records = Reading.records(Array(("\"open,a\n" + lines).utf8), pieces: 100, limit: 500)
        #expect(records[0].problems.first?.kind == .tooLong(limit: 500))
        #expect(records[0].line == 1)
        #expect(records.last.map(Reading.values) == ["row 999", "b"])
        #expect(records.last?.line == 1001)
    }

    @Test func `spaces before a field are skipped where the dialect says so`() {
        let dialect = Dialect(skipsInitialSpace: true)
        #expect(Reading.rows("a,  b, \"c, d\" \n  1, ,\"x\"\n", dialect) == [["a", "b", "c, d "], ["1", "", "x"]])
        let place = Reading.records(Array("a,  \"b\"".utf8), dialect)[0].place(of: 1)
        #expect(place.line == 1 && place.column == 5)
        let aligned = Dialect(delimiter: UInt8(ascii: " "), skipsInitialSpace: true)
        #expect(Reading.rows("a   b  c\n11  2  \"3 4\"\n", aligned) == [["a", "b", "c"], ["11", "2", "3 4"]])
    }

    @Test func `a field of 10 MB is read in small pieces`() {
        let big = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000_000)
        let bytes = Array("a,\"".utf8) + big + Array("\"\nb,c\n".utf8)
        let records = Reading.records(bytes, pieces: 65_536)
        #expect(records.count == 2)
        #expect(records[0].withBytes(1) { $0.count } == big.count)
        #expect(Reading.values(records[1]) == ["b", "c"])
    }
}
