import Foundation
import RSSModel
import TestSupport
import Testing

@testable import RSSCore
@testable import RSSBulk

@Suite struct BulkSpreadsheetTests {
    /// A workbook as the CSV that is made of it.
    private func csv(_ bytes: [UInt8], sheet: String? = nil) throws -> String {
        let folder = try TemporaryFolder()
        return try csv(at: try folder.file(bytes, "devices"), sheet: sheet)
    }

    private func csv(at path: String, sheet: String? = nil) throws -> String {
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let result = try Unpacking(RandomAccessFile(name: "devices", descriptor: descriptor), sheet: sheet).run()
        let file = try #require(result).file
        let bytes = try RandomAccessFile(name: "devices", file).bytes(file.size, at: 0)
        return try #require(String(validating: bytes, as: UTF8.self))
    }

    private func error(_ bytes: [UInt8], sheet: String? = nil) -> ImportError? {
        do {
            _ = try csv(bytes, sheet: sheet)
            return nil
        } catch {
            return error as? ImportError
        }
    }

    private func row(_ number: Int, _ cells: String...) -> String {
        "<row r=\"\(number)\">\(cells.joined())</row>"
    }

    private let head =
        "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>name</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>building</t></is></c></row>"

    @Test(arguments: ["<v></v>", "<v/>", "", "<v> </v>"])
    func `a formula without a result stops the import, however it is written`(value: String) {
        let book = WorkbookFixture(head + row(2, "<c r=\"B2\"><f>DATE(2028,1,1)</f>\(value)</c>"))
        #expect(error(book.bytes)?.report.detail?.contains("cell B2 has a formula without a result") == true)
        // Excel's own way of writing a formula whose result is an empty text.
        let empty = WorkbookFixture(
            head + row(2, "<c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"str\"><f>\"\"</f><v></v></c>"))
        #expect(error(empty.bytes) == nil)
    }

    @Test func `a zero of a formula is not a result in a workbook that is calculated when it is opened`() throws {
        let rows = head + row(2, "<c r=\"A2\"><f>1+1</f><v>0</v></c><c r=\"B2\"><v>0</v></c>")
        var book = WorkbookFixture(rows)
        #expect(try csv(book.bytes) == "name,building\n0,0\n")
        book.settings = "<calcPr fullCalcOnLoad=\"1\"/>"
        #expect(try csv(book.bytes) == "name,building\n\(FailedCell.notCalculated),0\n")
        #expect(FailedCell.words(FailedCell.notCalculated) != nil)
    }

    @Test func `a merged cell has its value in all of its rows`() throws {
        let cell = { (name: String, text: String) in "<c r=\"\(name)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        var book = WorkbookFixture(
            head + row(2, cell("A2", "a"), cell("B2", "Werk 7")) + row(3, cell("A3", "b"), "<c r=\"B3\" s=\"0\"/>")
                + row(4, cell("A4", "c")) + row(5, cell("A5", "d"), cell("B5", "Werk 8")) + row(6, cell("A6", "e")))
        book.merged = ["B2:B4"]
        #expect(try csv(book.bytes) == "name,building\na,Werk 7\nb,Werk 7\nc,Werk 7\nd,Werk 8\ne,\n")
    }

    @Test func `cells that are merged with one in another column are not values`() throws {
        let cell = { (name: String, text: String) in "<c r=\"\(name)\" t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        var book = WorkbookFixture(
            head + row(2, cell("A2", "both")) + row(3, "<c r=\"A3\"/>") + row(4, cell("A4", "x"), cell("B4", "y")))
        book.merged = ["A2:B3", "A1:B1"]
        // The empty row stays empty: it is none.
        #expect(try csv(book.bytes) == "name,building\nboth,\(FailedCell.merged)\n\nx,y\n")
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
        #expect(try csv(book.bytes) == "name,building\n\(expected),\n")
    }

    @Test(arguments: ["#SPILL!", "#CALC!", "#FIELD!", "#BUSY!", "#N/A", "anything"])
    func `an error of any name stays an error`(text: String) throws {
        let book = WorkbookFixture(head + row(2, "<c r=\"A2\" t=\"e\"><v>\(text)</v></c>"))
        let value = try csv(book.bytes).split(separator: "\n").last?.dropLast()
        #expect(FailedCell.words(String(value ?? "")) != nil)
    }

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
            try csv(book.bytes) == #"""
                name,,serialü & <]],d
                123456789012345,,true,#N/A

                ,"a <b>, ""c""",,2025-12-09

                2026-11-28 10:20:30,,,
                1,2,,,5

                """#)
    }

    @Test(arguments: [
        ("1", "1"), ("-12", "-12"), ("123456789012345678901", "1.23456789012345678901E+20"), ("1.0", "1"),
        ("1E3", "1000"),
        ("1.23456789012346E+17", "1.23456789012346E+17"), ("4.4999999999999998E-2", "0.045"), ("0.1", "0.1"),
        ("0.30000000000000004", "0.3"), ("24.75", "24.75"), ("-2.5E-3", "-0.0025"), ("1E-7", "0.0000001"),
        ("9.9999999999999999", "10"), ("999999999999999.9", "1000000000000000"), ("1E+300", "1E+300"), ("007", "7"),
        ("1234567.891", "1234567.891"), ("9007199254740993", "9.007199254740993E+15"), ("", ""), ("x", "x"),
    ])
    func `numbers are written out as a spreadsheet shows them`(text: String, expected: String) {
        #expect(CellText.number(text) == expected)
    }

    @Test(arguments: [
        ("1", CellFormat.date, false, "1900-01-01"), ("59", .date, false, "1900-02-28"),
        ("60", .date, false, "1900-02-29"), ("61", .date, false, "1900-03-01"), ("46000", .date, false, "2025-12-09"),
        ("44538", .date, true, "2025-12-09"), ("0", .date, true, "1904-01-01"), ("0", .date, false, "1900-01-00"),
        ("46000.5", .date, false, "2025-12-09 12:00:00"), ("45999.9999999", .date, false, "2025-12-09"),
        ("0.25", .date, false, "06:00:00"), ("0", .time, false, "00:00:00"), ("1.5", .elapsed, false, "36:00:00"),
        ("2958465", .date, false, "9999-12-31"),
    ])
    private func `days are counted as Excel counts them`(
        serial: String, format: CellFormat, mac: Bool, expected: String
    ) {
        #expect(CellText.date(serial, format, uses1904: mac) == expected)
    }

    @Test func `a number that is not a date stays a number`() {
        for serial in ["-1", "2958466", "1E300", "x", "NaN"] {
            #expect(CellText.date(serial, .date, uses1904: false) == nil)
        }
    }

    @Test(arguments: [
        ("yyyy-mm-dd", CellFormat.date), ("dd/mm/yy", .date), ("mmm", .date), ("[$-409]d\\-mmm\\-yy;@", .date),
        ("h:mm AM/PM", .time), ("mm:ss.0", .time), ("[h]:mm:ss", .elapsed), ("General", .number), ("0.00", .number),
        ("0\" days\"", .number), ("#,##0\\ \\d", .number), ("[Red]0.0", .number), ("_-* #,##0_-_d", .number),
        ("@", .number),
        ("0.00E+00", .number), ("\"unfinished d", .number),
    ])
    private func `formats of dates are recognized by their codes`(code: String, format: CellFormat) {
        #expect(CellFormat(code: code) == format)
    }

    @Test func `dates are recognized by built-in and custom formats`() throws {
        var book = WorkbookFixture(
            row(1, (0..<5).map { "<c s=\"\($0)\"><v>46000.25</v></c>" }.joined(), "<c s=\"99\"><v>1.5</v></c>"))
        book.formats = [0, 14, 164, 165, 22]
        book.codes = [(164, "d\".\"m\".\"yyyy"), (165, "0\"d\"")]
        let date = "2025-12-09 06:00:00"
        #expect(try csv(book.bytes) == "46000.25,\(date),\(date),46000.25,\(date),1.5\n")
    }

    @Test func `escapes of characters are resolved`() {
        let samples = [
            "_x000D_a": "\ra", "_x005F_x000D_": "_x000D_", "_xD83D__xDE00_": "😀", "_xD83D_": "_xD83D_",
            "a_x00e9_": "aé",
            "_x00": "_x00", "_xZZZZ_": "_xZZZZ_", "__x0041_": "_A", "SN_x1": "SN_x1",
        ]
        for (text, plain) in samples {
            #expect(String(decoding: CellText.unescaped(Array(text.utf8)), as: UTF8.self) == plain)
        }
    }

    @Test func `the first sheet that is shown is read, or the one that is named`() throws {
        var book = WorkbookFixture("")
        book.sheets = [
            ("!Lists", row(1, "<c><v>1</v></c>")), ("Devices", row(1, "<c><v>2</v></c>")),
            ("Old ü", row(1, "<c><v>3</v></c>")),
        ]
        #expect(try csv(book.bytes) == "2\n")
        #expect(try csv(book.bytes, sheet: "old Ü") == "3\n")
        #expect(try csv(book.bytes, sheet: "Lists") == "1\n")
        let report = error(book.bytes, sheet: "New")?.report
        #expect(report?.code == "RSS-IMPORT-022" && report?.detail == "Its sheets: Lists, Devices, Old ü.")
        let folder = try TemporaryFolder()
        let path = try folder.file(Array("category,name\n".utf8), "devices.csv")
        #expect(throws: ImportError.noWorkbook(path)) { try ImportInput.open(path, sheet: "Devices") }
    }

    @Test func `a workbook is validated like a file, with its rows as lines`() async throws {
        let folder = try TemporaryFolder()
        func text(_ text: String) -> String { "<c t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        let rows =
            "<row r=\"2\">\(text("category"))\(text("name"))\(text("serial"))\(text("warranty"))</row>"
            + "<row r=\"3\">\(text("Laptop"))\(text("a"))<c><v>350000123456789</v></c><c s=\"1\"><v>46000</v></c></row>"
            + "<row r=\"6\">\(text("Laptop"))<c/>\(text("S2"))</row>"
        var book = WorkbookFixture(rows)
        book.formats = [0, 14]
        let path = try folder.file(book.bytes, "devices.xlsx")
        var options = ImportOptions(path: path)
        options.isWithoutVisit = true
        options.delimiter = UInt8(ascii: ";")
        options.rejectsPath = folder.path("rejects.csv")
        let outcome = try await BulkValidator(progress: .silent).run(try ImportFile(.hardware, options))
        #expect((outcome.read, outcome.rejects.rows) == (2, 1))
        #expect(outcome.rejects.kinds.first?.line == 6)
        let rejects = try String(contentsOfFile: folder.path("rejects.csv"), encoding: .utf8)
        #expect(rejects.hasSuffix(",Laptop,,S2,\n"))
    }

    @Test func `many texts are written to a file and read again`() throws {
        let texts = (0..<5000).map { "text \($0 * 7919 % 10_000)" }
        let strings = texts.map { "<si><t>\($0)</t></si>" }.joined()
        let folder = try TemporaryFolder()
        let path = try folder.file(WorkbookFixture("", strings: strings).bytes, "a.xlsx")
        let descriptor = open(path, O_RDONLY)
        defer { close(descriptor) }
        let workbook = try Workbook(ZipArchive(RandomAccessFile(name: path, descriptor: descriptor)))
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

extension BulkSpreadsheetTests {
    @Test func `a workbook is imported like the file that it would be saved as`() async throws {
        func text(_ text: String) -> String { "<c t=\"inlineStr\"><is><t>\(text)</t></is></c>" }
        let header = row(1, ["category", "name", "serial", "warranty"].map(text).joined())
        let rows = (2...40).map {
            row($0, text("Laptop"), text("d\($0)"), text("00\($0)"), "<c s=\"1\"><v>46000</v></c>")
        }
        var book = WorkbookFixture(
            header + rows.joined() + row(41, text("Laptop"), text("x"), text("S"), "<c><v>46000</v></c>"))
        book.formats = [0, 14]
        try await BulkScenario.run { scenario in
            let path = try scenario.file("", "devices.xlsx")
            try Data(book.bytes).write(to: URL(fileURLWithPath: path))
            let outcome = try await scenario.load(path)
            #expect(outcome.numbers == [39, 0, 0, 1])
            #expect(outcome.rejects.kinds.first?.line == 41)
            #expect(outcome.rejectsPath == "\(path).rejects.xlsx")
            #expect(try await scenario.load(path).numbers == [0, 0, 39, 1])
            // The same rows in another wrapping are the same rows.
            let packed = try scenario.file("", "devices.gz")
            try Data(ZipFixture.deflated(book.bytes, window: 31)).write(to: URL(fileURLWithPath: packed))
            #expect(try await scenario.load(packed).numbers == [0, 0, 39, 1])
            #expect(
                try await scenario.texts(
                    "SELECT concat_ws(' ', serial_number, warranty_expiry) FROM hardware_inventory ORDER BY 1 LIMIT 1")
                    == ["0010 2025-12-09"])
        }
    }

    @Test func `files of other programs are reported with what to do`() throws {
        func format(_ bytes: [UInt8]) -> UnreadFormat? {
            guard case .unsupported(_, let format) = error(bytes) else { return nil }
            return format
        }
        var old = [UInt8](repeating: 0, count: 2048)
        old.replaceSubrange(0..<4, with: [0xD0, 0xCF, 0x11, 0xE0])
        #expect(format(old) == .xls)
        old.replaceSubrange(700..<732, with: "EncryptedPackage".utf8.flatMap { [$0, 0] })
        #expect(format(old) == .password)
        let type = Array("application/vnd.oasis.opendocument.spreadsheet".utf8)
        #expect(
            format(ZipFixture(entries: [.init(name: "mimetype", bytes: type, isDeflated: false)]).bytes)
                == .openDocument)
        #expect(format(ZipFixture(entries: [.init(name: "xl/workbook.bin", bytes: [1])]).bytes) == .xlsb)
        #expect(format(ZipFixture(entries: [.init(name: "devices.csv", bytes: [1])]).bytes) == .archive)
        #expect(format(ZipFixture().bytes) == .archive)
        var encrypted = WorkbookFixture("").zip
        encrypted.entries[0].flags = 1
        #expect(format(encrypted.bytes) == .password)
        #expect(UnreadFormat.xls.hint == "Save it as .xlsx or CSV.")
    }

    private static let hostileParts: [(name: String, rows: String)] = [
        ("a text that is not there", "<row><c t=\"s\"><v>7</v></c></row>"),
        ("a negative text", "<row><c t=\"s\"><v>-1</v></c></row>"),
        ("no text at all", "<row><c t=\"s\"><v>x</v></c></row>"),
        ("a cell beyond XFD", "<row><c r=\"XFE1\"><v>1</v></c></row>"),
        ("a cell far beyond", "<row><c r=\"ZZZZZZZZZZZZZZZZ1\"><v>1</v></c></row>"),
        ("a cell of no column", "<row><c r=\"1\"><v>1</v></c></row>"),
        ("a row beyond the last", "<row r=\"1048577\"/>"), ("a row of no number", "<row r=\"x\"/>"),
        ("rows out of order", "<row r=\"2\"/><row r=\"1\"/>"), ("row 0", "<row r=\"0\"/>"),
        ("too many cells", "<row>" + String(repeating: "<c/>", count: 16_385) + "</row>"),
        ("a DOCTYPE", "<!DOCTYPE x [<!ENTITY a \"b\">]>"), ("an unknown entity", "<row><c><v>&a;</v></c></row>"),
        ("an endless entity", "<row><c><v>&aaaaaaaaaaaaaaaaaaaaaaaaaaaa</v></c></row>"),
        ("a NUL", "<row><c><v>1\0</v></c></row>"), ("a numbered NUL", "<row><c><v>&#0;</v></c></row>"),
        ("half a character", "<row><c><v>&#xD83D;</v></c></row>"), ("a wrong end", "<row></c></row>"),
        ("an attribute without a value", "<row r></row>"), ("an attribute without quotes", "<row r=1></row>"),
        ("depth", String(repeating: "<a>", count: 1_000_000)),
        ("a name without end", "<" + String(repeating: "a", count: 100_000)),
        ("a long text", "<row><c><v>" + String(repeating: "1", count: 2 << 20) + "</v></c></row>"),
        ("a long attribute", "<row r=\"" + String(repeating: "1", count: 2 << 20) + "\"/>"),
        (
            "a long row",
            "<row>" + String(repeating: "<c t=\"str\"><v>\(String(repeating: "x", count: 1000))</v></c>", count: 5000)
                + "</row>"
        ),
        ("a formula without a result", "<row><c><f>1+1</f></c></row>"), ("a comment without end", "<!-- "),
        ("CDATA without end", "<row><c><v><![CDATA[ "),
        ("a second root", "</sheetData></worksheet><worksheet><sheetData>"),
    ]

    @Test(arguments: hostileParts)
    private func `a sheet with what no sheet has is refused`(name: String, rows: String) {
        let report = error(WorkbookFixture(rows, strings: "<si><t>a</t></si>").bytes)?.report
        #expect(report?.code == "RSS-IMPORT-020" && report?.exit == .dataError)
    }

    @Test func `a workbook that is truncated anywhere is refused`() {
        let bytes = WorkbookFixture(row(1, "<c><v>1</v></c>")).bytes
        for length in 4..<bytes.count {
            #expect(error(Array(bytes[..<length]))?.report.code == "RSS-IMPORT-020", "at \(length)")
        }
    }

    @Test func `no damage of a workbook crashes, or changes what is read`() throws {
        let rows = (1...50).map { row($0, "<c t=\"s\"><v>\($0 % 3)</v></c><c><v>\($0 * 7919)</v></c>") }.joined()
        let bytes = WorkbookFixture(rows, strings: "<si><t>a</t></si><si><t>b</t></si><si><t>c</t></si>").bytes
        let expected = try csv(bytes)
        var refused = 0
        let folder = try TemporaryFolder()
        // After the first bytes, by which it is detected to be a workbook at all.
        for index in stride(from: 4, to: bytes.count, by: 3) {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            let path = try folder.file(damaged, "a")
            do {
                // What is said twice, or not needed, may be damaged.
                let text = try csv(at: path)
                #expect(text == expected, "at \(index)")
            } catch {
                #expect(error is ImportError, "at \(index)")
                refused += 1
            }
        }
        #expect(refused > bytes.count / 6)
    }

    @Test func `absurd sizes are refused before anything is made`() {
        var book = WorkbookFixture(row(1, "<c><v>1</v></c>")).zip
        #expect(error(book.bytes) == nil)
        book.entries[4].usesZip64 = true
        #expect(error(book.bytes) == nil)
        for size in [UInt64(10_000_000_001), 1 << 62, .max] {
            book.entries[4].claimedSize = size
            #expect(error(book.bytes)?.report.detail == "xl/worksheets/sheet1.xml is larger than 10 GB")
        }
        // The output is longer than the list of entries says, or shorter.
        for size in [UInt64(3), 3000] {
            book.entries[4].claimedSize = size
            #expect(error(book.bytes)?.report.code == "RSS-IMPORT-020")
        }
    }
}
