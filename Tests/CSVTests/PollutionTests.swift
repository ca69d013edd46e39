import CSV
import Testing

/// A sound table, and the same polluted in the ways in which files are: the resulting rows must be those of the sound
/// one.
@Suite struct PollutionTests {
    /// Quoted fields with delimiters and doubled quotes, times, empty fields, and enough rows to learn from.
    static let rows: [[String]] =
        [["serial", "device", "seen", "price", "note"]]
        + (0..<24).map { row in
            [
                "SN-\(1000 + row * 37)", ["Dell Latitude 7490", "HP ProDesk", "24\" panel, wide"][row % 3],
                "0\(row % 10):\(10 + row)", "\(row * 7).5\(row % 10)",
                ["", "ok", "moved, wiped; sold", "see: #4711", "it's new"][row % 5],
            ]
        }

    /// The lines of a table, fields quoted where a delimiter or a quote is in them, or all of them.
    static func lines(
        _ rows: [[String]], _ delimiter: String = ",", quote: String = "\"", escape: String? = nil, always: Bool = false
    ) -> [String] {
        rows.map { row in
            row.map { field in
                let sign = delimiter.prefix(1)
                guard always || field.contains(sign) || field.contains(quote) else { return field }
                return quote + field.replacing(quote, with: (escape ?? quote) + quote) + quote
            }.joined(separator: delimiter)
        }
    }

    static func read(_ text: String) -> (rows: [[String]], detection: Detection) {
        let bytes = Array(text.utf8)
        let detection = DialectDetector.detect(bytes[...], isWhole: true)
        return (Reading.records(bytes, detection.dialect).map(Reading.values), detection)
    }

    @Test(arguments: [",", ";", "\t", "|", "^", "~", "\u{1F}", "\u{1}", " ", ":", ", ", "; "], [false, true])
    func `whatever separates the fields`(delimiter: String, always: Bool) {
        for ending in ["\n", "\r\n", "\r"] {
            let text = Self.lines(Self.rows, delimiter, always: always).map { $0 + ending }.joined()
            let (rows, detection) = Self.read(text)
            #expect(rows == Self.rows)
            #expect(detection.confidence >= 0.5)
            #expect(detection.dialect.hasHeader && detection.leadingRecords == 0)
            #expect(detection.dialect.skipsInitialSpace == (delimiter.count == 2))
        }
    }

    @Test(arguments: ["'", "\""], [nil, "\\"])
    func `whatever quotes and escapes`(quote: String, escape: String?) {
        for (delimiter, always) in [(",", false), (",", true), (";", false), (";", true), ("\t", false), ("\t", true)] {
            let lines = Self.lines(Self.rows, delimiter, quote: quote, escape: escape, always: always)
            #expect(Self.read(lines.joined(separator: "\n")).rows == Self.rows)
        }
    }

    @Test func `the end of the file, with or without a line end or two`() {
        let text = Self.lines(Self.rows).joined(separator: "\n")
        for end in ["", "\n", "\n\n", "\r\n\r\n"] { #expect(Self.read(text + end).rows == Self.rows) }
    }

    @Test func `no header, a header alone, one row`() {
        let (rows, detection) = Self.read(Self.lines(Array(Self.rows.dropFirst())).joined(separator: "\n"))
        #expect(rows == Array(Self.rows.dropFirst()) && !detection.dialect.hasHeader)
        for count in [1, 2] {
            let some = Array(Self.rows.prefix(count))
            #expect(Self.read(Self.lines(some).joined(separator: "\n")).rows == some)
        }
    }

    @Test(
        arguments: [
            ["Inventory of the depot"], ["Inventory of the depot, by site", "made on 2026-11-24"], ["Report", ""],
            ["Report,,,,", ",,,,"], ["Report,,,,", "Site:,Paris,,,", ",,,,"], ["# from the scanner", "# depot 7"],
        ])
    func `what precedes the table`(preamble: [String]) {
        let (rows, detection) = Self.read((preamble + Self.lines(Self.rows)).joined(separator: "\n"))
        #expect(detection.leadingRecords == preamble.filter { !$0.isEmpty }.count)
        #expect(Array(rows.dropFirst(detection.leadingRecords)) == Self.rows)
        #expect(detection.columns == 5 && detection.dialect.hasHeader && detection.confidence >= 0.5)
    }

    @Test func `a header of too few names is not taken for a preamble`() {
        let detection = Self.read("serial,device,seen\nA1,x,01:02,7\nA2,y,01:03,8\nA3,z,01:04,9\n").detection
        #expect(detection.leadingRecords == 0 && detection.columns == 4)
    }

    @Test(arguments: ["sep=;", "SEP=;"]) func `a line that declares the delimiter`(line: String) {
        for ending in ["\n", "\r\n", "\r"] {
            let some = [["a", "b"], ["1,5", "2,5"]]
            let (rows, detection) = Self.read(([line] + Self.lines(some, ";")).map { $0 + ending }.joined())
            #expect(Array(rows.dropFirst(detection.leadingRecords)) == some && detection.leadingRecords == 1)
        }
    }

    @Test(arguments: Array(0..<25))
    func `one bad row changes nothing for the others`(index: Int) {
        for delimiter in [",", ";"] {
            let lines = Self.lines(Self.rows, delimiter)
            let fields = lines[index].split(separator: Character(delimiter), omittingEmptySubsequences: false)
            let bad: [String] = [
                "\"" + lines[index], lines[index] + "\"", fields.joined(separator: " "),
                fields[0] + delimiter + delimiter + fields.dropFirst().joined(separator: delimiter),
                fields.dropLast().joined(separator: delimiter), String(fields[0]),
                lines[index] + delimiter + "more" + delimiter + "and more",
            ]
            for line in bad {
                var polluted = lines
                polluted[index] = line
                let detection = Self.read(polluted.joined(separator: "\n")).detection
                #expect(detection.dialect.delimiter == delimiter.utf8.first && detection.columns == 5)
                #expect(detection.dialect.quote == 0x22 && detection.dialect.escape == .doubledQuote)
                #expect(detection.confidence >= 0.5)
            }
        }
    }

    @Test func `tables of several widths below one another`() {
        let other = (0..<20).map { ["a\($0)", "b"] }
        let text = (Self.lines(Self.rows, ";") + Self.lines(other, ";")).joined(separator: "\n")
        let (rows, detection) = Self.read(text)
        #expect(rows == Self.rows + other && detection.confidence >= 0.5)
    }

    @Test func `columns that are lined up with spaces`() {
        let text = "HOST      SERIAL   SITE   CPUS\nsrv-1     A00017   paris  64\nsrv-22    A00923   rome   8\n"
        let (rows, detection) = Self.read(text)
        #expect(
            rows.map { $0.joined(separator: "|") } == [
                "HOST|SERIAL|SITE|CPUS", "srv-1|A00017|paris|64", "srv-22|A00923|rome|8",
            ])
        #expect(detection.dialect.hasHeader)
    }

    @Test func `quotes that quote nothing`() {
        let rows = [["id", "note"], ["1", "\"big\" one"], ["2", "\"x"], ["3", "\"small\" one"], ["4", "plain"]]
        let (read, detection) = Self.read(rows.map { $0.joined(separator: "\t") }.joined(separator: "\n"))
        #expect(read == rows && detection.dialect.quote == nil)
    }

    @Test func `nothing at all`() {
        for text in ["", "\n", "\r\n\r\n"] {
            let (rows, detection) = Self.read(text)
            #expect(rows.isEmpty && detection.confidence == 0 && !detection.dialect.hasHeader)
        }
    }
}
