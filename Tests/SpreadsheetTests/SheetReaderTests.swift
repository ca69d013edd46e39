import TestSupport
import Testing

@testable import Spreadsheet

@Suite struct SheetReaderTests {
    private func row(_ number: Int, _ cells: String...) -> String {
        "<row r=\"\(number)\">\(cells.joined())</row>"
    }

    private let head =
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>name</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>building</t></is></c></row>"

    @Test func `cells of every type are read as text`() throws {
        var book = WorkbookFixture(
            row(
                1,
                "<c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"C1\" t=\"s\"><v>1</v></c><c r=\"D1\" t=\"inlineStr\"><is><t>d</t></is></c>"
            )
                + row(
                    2,
                    "<c r=\"A2\"><v>123456789012345</v></c><c r=\"C2\" t=\"b\"><v>1</v></c>",
                    "<c r=\"D2\" t=\"e\"><v>#N/A</v></c>")
                + row(
                    4,
                    "<c r=\"B4\" t=\"str\"><f>A1&amp;\"x\"</f><v>a &lt;b&gt;, \"c\"</v></c><c r=\"D4\" s=\"1\"><v>46000</v></c>"
                )
                + row(5, "<c r=\"D5\" s=\"2\"/>") + row(6, "<c r=\"A6\" t=\"d\"><v>2026-11-28T10:20:30Z</v></c>")
                + "<row><c><v>1</v></c><c><v>2</v></c><c/><c/><c><v>5</v></c></row>",
            strings: "<si><t>name</t></si><si><r><t>se</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh><r><rPr><b/></rPr>"
                + "<t xml:space=\"preserve\">ri&#x61;l&#252;<![CDATA[ & <]]]]></t></r><phoneticPr/></si>")
        book.formats = [0, 14]
        #expect(
            try Reading.rows(book.bytes) == [
                [.text("name"), nil, .text("serialü & <]]"), .text("d")],
                [.text("123456789012345"), nil, .text("true"), .error("#N/A")], [],
                [nil, .text("a <b>, \"c\""), nil, .text("2025-12-09")], [], [.text("2026-11-28 10:20:30")],
                [.text("1"), .text("2"), nil, nil, .text("5")],
            ])
    }

    @Test(arguments: ["<v></v>", "<v/>", "", "<v> </v>"])
    func `a formula without a result is refused, however it is written`(value: String) {
        let book = WorkbookFixture(head + row(2, "<c r=\"B2\"><f>DATE(2028,1,1)</f>\(value)</c>"))
        #expect(Reading.problem(book.bytes)?.contains("cell B2 has a formula without a result") == true)
        // Excel's own way of writing a formula whose result is an empty text.
        let empty = WorkbookFixture(
            head + row(2, "<c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"str\"><f>\"\"</f><v></v></c>"))
        #expect(Reading.error(empty.bytes) == nil)
    }

    @Test func `a zero of a formula is not a result in a workbook that is calculated when it is opened`() throws {
        let rows = head + row(2, "<c r=\"A2\"><f>1+1</f><v>0</v></c><c r=\"B2\"><v>0</v></c>")
        var book = WorkbookFixture(rows)
        #expect(try Reading.rows(book.bytes).last == [.text("0"), .text("0")])
        book.settings = "<calcPr fullCalcOnLoad=\"1\"/>"
        #expect(try Reading.rows(book.bytes).last == [.notCalculated, .text("0")])
    }

    @Test func `a merged cell has its value in all of its rows`() throws {
        let cell = { (name: String, text: String) in "<c r=\"\(name)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        var book = WorkbookFixture(
            head + row(2, cell("A2", "a"), cell("B2", "Werk 7")) + row(3, cell("A3", "b"), "<c r=\"B3\" s=\"0\"/>")
                + row(4, cell("A4", "c")) + row(5, cell("A5", "d"), cell("B5", "Werk 8")) + row(6, cell("A6", "e")))
        book.merged = ["B2:B4"]
        #expect(
            try Reading.texts(book.bytes)
                == [
                    ["name", "building"], ["a", "Werk 7"], ["b", "Werk 7"], ["c", "Werk 7"], ["d", "Werk 8"], ["e"],
                ])
    }

    @Test func `cells that are merged with one in another column are not values`() throws {
        let cell = { (name: String, text: String) in "<c r=\"\(name)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        var book = WorkbookFixture(
            head + row(2, cell("A2", "both")) + row(3, "<c r=\"A3\"/>") + row(4, cell("A4", "x"), cell("B4", "y")))
        book.merged = ["A2:B3", "A1:B1"]
        // The empty row stays empty: it is none.
        #expect(
            try Reading.rows(book.bytes)
                == [[.text("name"), .text("building")], [.text("both"), .merged], [], [.text("x"), .text("y")]])
    }

    @Test(arguments: [
        ("0000000", "7", "0000007"), ("\"S\"0", "3", "S3"), ("000\\-00\\-0000", "123456789", "123-45-6789"),
        ("000-00", "1234567", "12345-67"), ("\"INV-\"0000", "42", "INV-0042"), ("[Red]0000", "5", "0005"),
        ("00000;-00000", "12", "00012"), ("0", "7", "7"), ("#,##0", "1234", "1234"), ("0.00", "3", "3"),
        ("0\" days\"", "7", "7"), ("\"€ \"0", "3", "3"), ("[$€-407] 0", "3", "3"), ("0%", "1", "1"),
        ("General", "7", "7"),
        ("0000", "-7", "-7"), ("0000", "1.5", "1.5"), ("0000", "1234567890123456", "1.234567890123456E+15"),
    ])
    func `a number comes with the zeros and letters that its cell shows`(
        code: String, value: String, expected: String
    ) throws {
        var book = WorkbookFixture(head + row(2, "<c r=\"A2\" s=\"1\"><v>\(value)</v></c>"))
        book.formats = [0, 164]
        book.codes = [(164, code)]
        #expect(try Reading.rows(book.bytes).last == [.text(expected)])
    }

    @Test func `dates are recognized by built-in and custom formats`() throws {
        var book = WorkbookFixture(
            row(1, (0..<5).map { "<c s=\"\($0)\"><v>46000.25</v></c>" }.joined(), "<c s=\"99\"><v>1.5</v></c>"))
        book.formats = [0, 14, 164, 165, 22]
        book.codes = [(164, "d\".\"m\".\"yyyy"), (165, "0\"d\"")]
        let date = "2025-12-09 06:00:00"
        #expect(try Reading.texts(book.bytes) == [["46000.25", date, date, "46000.25", date, "1.5"]])
    }

    @Test func `the first sheet that is shown is read, or the one that is named`() throws {
        var book = WorkbookFixture("")
        book.sheets = [
            ("!Lists", row(1, "<c><v>1</v></c>")), ("Devices", row(1, "<c><v>2</v></c>")),
            ("Old ü", row(1, "<c><v>3</v></c>")),
        ]
        #expect(try Reading.texts(book.bytes) == [["2"]])
        #expect(try Reading.texts(book.bytes, sheet: "old Ü") == [["3"]])
        #expect(try Reading.texts(book.bytes, sheet: "Lists") == [["1"]])
        #expect(
            Reading.error(book.bytes, sheet: "New")
                == .noSheet("devices", name: "New", sheets: ["Lists", "Devices", "Old ü"]))
    }

    @Test func `an archive that is not a workbook is reported with its kind`() {
        func kind(_ bytes: [UInt8]) -> ForeignArchive? {
            guard case .notWorkbook(_, let kind) = Reading.error(bytes) else { return nil }
            return kind
        }
        let type = Array("application/vnd.oasis.opendocument.spreadsheet".utf8)
        #expect(
            kind(ZipFixture(entries: [.init(name: "mimetype", bytes: type, isDeflated: false)]).bytes)
                == .openDocument)
        #expect(kind(ZipFixture(entries: [.init(name: "xl/workbook.bin", bytes: [1])]).bytes) == .binaryWorkbook)
        #expect(kind(ZipFixture(entries: [.init(name: "devices.csv", bytes: [1])]).bytes) == .other)
        #expect(kind(ZipFixture().bytes) == .other)
        var encrypted = WorkbookFixture("").zip
        encrypted.entries[0].flags = 1
        #expect(Reading.error(encrypted.bytes) == .encrypted("devices"))
    }

    @Test func `many texts are written to a file and read again`() throws {
        let texts = (0..<5000).map { "text \($0 * 7919 % 10_000)" }
        let strings = texts.map { "<si><t>\($0)</t></si>" }.joined()
        let folder = try TemporaryFolder()
        let path = try folder.file(WorkbookFixture("", strings: strings).bytes, "a.xlsx")
        try Reading.withWorkbook(at: path) { workbook in
            for bound in [0, 100, 1 << 20] {
                let shared = try SharedStrings(workbook, memoryBytes: bound)
                #expect(shared.count == texts.count)
                for (index, text) in texts.enumerated() {
                    #expect(try shared.text(index) == Array(text.utf8))
                }
                #expect(try shared.text(texts.count) == nil)
                #expect(try shared.text(-1) == nil)
            }
        }
    }
}
