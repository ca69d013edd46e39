import CSV
import Testing

@Suite struct DetectorTests {
    private func detect(_ text: String, isWhole: Bool = true) -> Detection {
        DialectDetector.detect(Array(text.utf8)[...], isWhole: isWhole)
    }

    @Test(
        arguments: [
            ("serial,site\nA1,Paris\nB2,Rome\n", ",", "\"", true),
            ("serial;preis;gewicht\nA1;1,5;2,25\nB2;3,0;4,75\n", ";", "\"", true),
            ("serial;note\nA1;a, b, c\nB2;d, e, f\nC3;g, h, i\n", ";", "\"", true),
            ("serial\tsite\tdate\nA1\tParis, France\t2026-11-24\nB2\tRome\t2026-11-25\n", "\t", "\"", true),
            ("serial|site\nA1|Paris\nB2|Rome\n", "|", "\"", true),
            ("'a','b;c'\n'd,e','f'\n'g','h'\n", ",", "'", true),
            ("name,note\nO'Brien,it's\nD'Arcy,ok\n", ",", "\"", true),
            ("1,2,3\n4,5,6\n", ",", "\"", false),
            ("A1,Paris\nA1,Rome\nA1,Oslo\n", ",", "\"", false),
            ("\"serial\";\"json\"\n\"A1\";\"{\"\"a\"\":1,\"\"b\"\":2}\"\n\"B2\";\"{\"\"a\"\":3}\"\n", ";", "\"", true),
            ("serial,site,\nA1,Paris,x\nB2,Rome,\n", ",", "\"", true),
            ("id,when\n1,2026-11-24 01:59:50\n2,2026-11-25 11:00:00\n", ",", "\"", true),
            ("text,note\n\"a\nb\nc\",\"1;2;3\"\n\"d;e\",x\n", ",", "\"", true),
        ] as [(String, String, String, Bool)])
    func `delimiter, quote and header are found`(text: String, delimiter: String, quote: String, header: Bool) {
        for ending in ["\n", "\r\n", "\r"] {
            let detection = detect(text.replacing("\n", with: ending))
            #expect(detection.dialect.delimiter == delimiter.utf8.first)
            #expect(detection.dialect.quote == quote.utf8.first)
            #expect(detection.dialect.hasHeader == header)
            #expect(detection.dialect.escape == .doubledQuote)
            #expect(detection.confidence > 0.5)
        }
    }

    @Test func `backslash escapes are found`() {
        let detection = detect("a,b\n\"x \\\"y\\\", z\",1\n\"p \\\"q\\\"\",2\n")
        #expect(detection.dialect.escape == .backslash && detection.dialect.delimiter == UInt8(ascii: ","))
    }

    @Test func `a single column is a guess`() {
        let detection = detect("serial\nA1\nB2\nC3\n")
        #expect(detection.dialect == .rfc4180)
        #expect(detection.columns == 1 && detection.confidence < 0.5)
        #expect(detect("").confidence == 0)
    }

    @Test func `line ends are counted, mixed ones too`() {
        let detection = detect("a,b\r\nc,d\ne,f\rg,h\r\n")
        #expect(detection.lineEndings == [.crlf: 2, .lf: 1, .cr: 1])
        #expect(detection.lineEnding == .crlf)
    }

    @Test func `a sample that is cut anywhere gives the same dialect`() {
        let text = "serial;site;note\n" + (0..<50).map { "SN-\($0);Zürich;\"a; b \"\"\($0)\"\"\"\n" }.joined()
        let bytes = Array(text.utf8)
        for end in stride(from: 200, to: bytes.count, by: 7) {
            let detection = DialectDetector.detect(bytes[..<end], isWhole: false)
            #expect(detection.dialect == Dialect(delimiter: UInt8(ascii: ";")), "\(end)")
        }
    }

    @Test func `a ragged file lowers the confidence`() {
        let even = detect("a,b,c\n1,2,3\n4,5,6\n7,8,9\n").confidence
        let ragged = detect("a,b,c\n1,2\n4,5,6\n7,8,9,10\n").confidence
        #expect(ragged < even)
    }
}
