import Foundation
import RSSModel
import RSSSystem
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
        let bytes = try RandomAccessFile(name: "devices", file.file).bytes(file.size, at: 0)
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
        book.merged = ["B2:B4", "A6:B6"]
        #expect(
            try csv(book.bytes)
                == "name,building\na,Werk 7\nb,Werk 7\nc,Werk 7\nd,Werk 8\ne,\(FailedCell.merged)\n")
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

    @Test func `a workbook that cannot be read is reported with the part and the reason`() {
        let book = WorkbookFixture(head + row(2, "<c r=\"B2\"><f>DATE(2028,1,1)</f></c>"))
        let report = error(book.bytes)?.report
        #expect(report?.code == "RSS-IMPORT-020" && report?.exit == .dataError)
        #expect(
            report?.detail
                == "xl/worksheets/sheet1.xml: cell B2 has a formula without a result; open it in a spreadsheet program and save it"
        )
        let bytes = WorkbookFixture(row(1, "<c><v>1</v></c>")).bytes
        for length in [4, 30, bytes.count / 2, bytes.count - 1] {
            #expect(error(Array(bytes[..<length]))?.report.code == "RSS-IMPORT-020", "at \(length)")
        }
    }
}
