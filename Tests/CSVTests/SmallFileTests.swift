import CSV
import Testing

/// Files of a line or three, of the kinds that collections of CSV files hold: read as they are meant, or reported to be wrong.
@Suite struct SmallFileTests {
    private func read(_ bytes: [UInt8]) -> (rows: [[String]], records: [Record], detection: Detection) {
        let detection = DialectDetector.detect(bytes[...], isWhole: true)
        var transcoder = Transcoder(detection.dialect.encoding)
        var text: [UInt8] = []
        bytes.withUnsafeBytes { transcoder.transcode($0, into: &text) }
        transcoder.finish(into: &text)
        let records = Reading.records(text, detection.dialect, columns: detection.certainColumns)
        return (records.map(Reading.values), records, detection)
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let text: String
        let rows: [[String]]

        init(_ name: String, _ text: String, _ rows: [[String]]) {
            (testDescription, self.text, self.rows) = (name, text, rows)
        }
    }

    static let sound = [
        Case("plain", "tag,site,rack\n7,Paris,12", [["tag", "site", "rack"], ["7", "Paris", "12"]]),
        Case("a comma in quotes", "tag,place\n7,\"Paris, Nord\"\n", [["tag", "place"], ["7", "Paris, Nord"]]),
        Case("empty fields", "a,b,c\n1,\"\",\"\"\n2,,4\n", [["a", "b", "c"], ["1", "", ""], ["2", "", "4"]]),
        Case("empty quotes alone", "a\n\"\"\n", [["a"], [""]]),
        Case(
            "doubled quotes", "a,b\n1,\"so \"\"big\"\" it is\"\n2,x\n",
            [["a", "b"], ["1", "so \"big\" it is"], ["2", "x"]]),
        Case("quotes only", "a,b\n1,\"\"\"\"\n", [["a", "b"], ["1", "\""]]),
        Case("JSON", "id,data\n1,\"{\"\"at\"\": [4.8, 52.3]}\"\n", [["id", "data"], ["1", "{\"at\": [4.8, 52.3]}"]]),
        Case(
            "lines in quotes", "a,b\n1,\"once\nagain\"\n\"one\ntwo\",3\n",
            [["a", "b"], ["1", "once\nagain"], ["one\ntwo", "3"]]),
        Case(
            "lines and quotes", "a,b\n1,\"say \n\"\"go\"\"\"\n2,\"\n\"\"x\"\"\n\"\n",
            [["a", "b"], ["1", "say \n\"go\""], ["2", "\n\"x\"\n"]]),
        Case(
            "degrees and seconds", "where,town\n48°51'24.1\"N 2°21'3.2\"E,Paris\n",
            [["where", "town"], ["48°51'24.1\"N 2°21'3.2\"E", "Paris"]]),
        Case("words for nothing", "a,b\nNULL,null\nN/A,-\n", [["a", "b"], ["NULL", "null"], ["N/A", "-"]]),
        Case("a space before", "a,b,c\n1, two,3\n", [["a", "b", "c"], ["1", " two", "3"]]),
        Case("a space after", "a,b,c\n1,two ,3\n", [["a", "b", "c"], ["1", "two ", "3"]]),
        Case("spaces within quotes", "a,b,c\n1,\" two \",3\n", [["a", "b", "c"], ["1", " two ", "3"]]),
        Case("one column", "serial\nA1\nB2", [["serial"], ["A1"], ["B2"]]),
        Case("one value", "A1\n", [["A1"]]),
        Case("beyond Latin", "a,b\nŁódź,東京\nü,ʤ\n", [["a", "b"], ["Łódź", "東京"], ["ü", "ʤ"]]),
        Case(
            "a bare quote within a value", "a,b,c\n1,one \"two\" three,4\n",
            [["a", "b", "c"], ["1", "one \"two\" three", "4"]]),
    ]

    @Test(arguments: sound) func `a sound file is read`(file: Case) {
        for ending in ["\n", "\r\n"] {
            let rows = file.rows.map { $0.map { $0.replacing("\n", with: ending) } }
            let found = read(Array(file.text.replacing("\n", with: ending).utf8))
            #expect(found.rows == rows)
            #expect(found.records.allSatisfy { !$0.hasProblems })
        }
    }

    @Test func `Latin-1 is read`() {
        let text = "a,b\nGer\u{E4}t,48\u{B0}N\n"
        let found = read(text.unicodeScalars.map { UInt8($0.value) })
        #expect(found.rows == [["a", "b"], ["Gerät", "48°N"]] && found.detection.dialect.encoding == .windows1252)
    }

    @Test(
        arguments: [
            ("a,b,c\n1,\"never closed,3", 1), ("a,b,c\n1,\"one \" two\",3", 1), ("a,b,c\n1,\"one\" two,3\n4,5,6\n", 1),
            ("a,b\n1,\"x\u{0}y\"\n", 1),
        ])
    func `a broken row is reported`(text: String, broken: Int) {
        let found = read(Array(text.utf8))
        #expect(found.detection.dialect.delimiter == UInt8(ascii: ","))
        #expect(found.records.filter(\.hasProblems).map { $0.line - 1 } == [broken])
    }

    @Test(arguments: [("a,b\n1,2,3\n", [2, 3]), ("a,b,c\n1,2\n", [3, 2]), ("a,b,c\n1\n2,3,4\n", [3, 1, 3])])
    func `rows that are too long or too short keep their number of fields`(text: String, counts: [Int]) {
        #expect(read(Array(text.utf8)).records.map(\.count) == counts)
    }
}
