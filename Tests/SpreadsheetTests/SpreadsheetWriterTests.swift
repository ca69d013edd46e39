import Foundation
import TestSupport
import Testing

@testable import Spreadsheet

@Suite struct SpreadsheetWriterTests {
    private static let columns = [
        SpreadsheetColumn("serial_number", width: 20), SpreadsheetColumn("name & <tag>"),
        SpreadsheetColumn("quantity", .number), SpreadsheetColumn("warranty", .date),
    ]

    private static let rows: [[SpreadsheetCell]] = [
        [.text("00123"), .text("  blanks  "), .number("24.750"), .date("2026-11-28")],
        [.text("350000123456789012"), .text("a,\"b\"\nc\td\r\ne"), .number("-7"), .date("2026-11-28 10:20:30")],
        [
            .empty, .text("_x0041_ _x005F_ 😀 \u{1}\u{FFFE}\u{FFFF}"), .number("12345678901234567890"),
            .date("1899-01-01"),
        ],
        [.text("=1+1"), .text("]]>&amp;<'"), .number("NaN"), .date("infinity")],
        [], [.text("1E5"), .text(""), .number("007"), .date("9999-12-31")],
    ]

    /// The rows as they are read again.
    private static let values: [[String?]] = [
        ["serial_number", "name & <tag>", "quantity", "warranty"],
        ["00123", "  blanks  ", "24.75", "2026-11-28"],
        ["350000123456789012", "a,\"b\"\nc\td\r\ne", "-7", "2026-11-28 10:20:30"],
        ["", "_x0041_ _x005F_ 😀 \u{1}\u{FFFE}\u{FFFF}", "12345678901234567890", "1899-01-01"],
        ["=1+1", "]]>&amp;<'", "NaN", "infinity"], [],
        ["1E5", "", "007", "9999-12-31"],
    ]

    private func write(_ path: String) throws {
        let writer = try SpreadsheetWriter(
            path, sheet: "Devices: new/[old]", columns: Self.columns,
            notes: SpreadsheetNotes(
                "devices_ new__old_", rows: [["column", "what it holds"], ["quantity", "a number > 0\nor none"]]))
        for row in Self.rows { try writer.write(row) }
        try writer.finish()
    }

    @Test func `what is written is read as the same`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("devices.xlsx")
        try write(path)
        #expect(try Reading.texts(at: path) == Self.values)
        #expect(try Reading.texts(at: path, sheet: "Devices_ new__old_") == Self.values)
        #expect(
            try Reading.texts(at: path, sheet: "devices_ new__old__")
                == [["column", "what it holds"], ["quantity", "a number > 0\nor none"]])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["devices.xlsx"])
    }

    @Test func `the same rows make the same bytes`() throws {
        let folder = try TemporaryFolder()
        try write(folder.path("a.xlsx"))
        try write(folder.path("b.xlsx"))
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path("a.xlsx")))
        #expect(try bytes == Data(contentsOf: URL(fileURLWithPath: folder.path("b.xlsx"))))
    }

    @Test func `many rows are written and read again`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("many.xlsx")
        let writer = try SpreadsheetWriter(path, sheet: "Devices", columns: Self.columns)
        for number in 0..<20_000 {
            try writer.write([
                .text("S\(number)"), .text("device \(number)"), .number("\(number)"), .date("2026-11-28"),
            ])
        }
        try writer.finish()
        let rows = try Reading.texts(at: path)
        #expect(rows.count == 20_001)
        #expect(rows.last == ["S19999", "device 19999", "19999", "2026-11-28"])
    }

    @Test func `a workbook that is not finished leaves what was there`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(Array("old".utf8), "devices.xlsx")
        do {
            let writer = try SpreadsheetWriter(path, sheet: "Devices", columns: Self.columns)
            let error = #expect(throws: SpreadsheetError.self) {
                try writer.write([.empty, .text(String(repeating: "x", count: 32_768))])
            }
            #expect(error == .textTooLong(path, cell: "B2", limit: 32_767))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("old".utf8))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["devices.xlsx"])
        let nowhere = folder.path("nothing/devices.xlsx")
        #expect(throws: SpreadsheetError.unwritable(nowhere, reason: "No such file or directory")) {
            try SpreadsheetWriter(nowhere, sheet: "Devices", columns: Self.columns)
        }
    }

    @Test func `names of sheets are as a tab takes them`() {
        #expect(SpreadsheetParts.sheetName("'a'", besides: []) == "a")
        #expect(SpreadsheetParts.sheetName("", besides: []) == "Sheet")
        #expect(SpreadsheetParts.sheetName("history", besides: []) == "history_")
        #expect(SpreadsheetParts.sheetName("a:b", besides: ["A_B"]) == "a_b_")
        let long = String(repeating: "x", count: 40)
        let name = SpreadsheetParts.sheetName(long, besides: [])
        #expect(name.count == 31)
        #expect(SpreadsheetParts.sheetName(long, besides: [name]).count == 31)
    }

    @Test(.enabled(if: OpenPyXL.isThere, "openpyxl is not installed: pip install openpyxl"))
    func `openpyxl reads what is written, with its formats`() throws {
        let folder = try TemporaryFolder()
        try write(folder.path("devices.xlsx"))
        let found = try OpenPyXL.run(
            """
            import openpyxl, sys
            book = openpyxl.load_workbook(sys.argv[1])
            sheet = book.worksheets[0]
            print(book.sheetnames, sheet.freeze_panes, sheet["A1"].font.b, sheet["A2"].font.b)
            print(sheet.column_dimensions["A"].width, sheet["A2"].number_format, sheet["D2"].number_format)
            print(sheet["A2"].value, repr(sheet["B2"].value), sheet["C2"].value, sheet["D2"].value, sheet["D3"].value)
            print(sheet["A5"].value, sheet["A5"].data_type != "f", sheet.max_row)
            """, folder.path("devices.xlsx"))
        #expect(
            found == """
                ['Devices_ new__old_', 'devices_ new__old__'] A2 True False
                20.0 @ yyyy\\-mm\\-dd
                00123 '  blanks  ' 24.75 2026-11-28 00:00:00 2026-11-28 10:20:30
                =1+1 True 7

                """)
    }

    @Test(.enabled(if: OpenPyXL.isThere, "openpyxl is not installed: pip install openpyxl"))
    func `what openpyxl writes is read`() throws {
        let folder = try TemporaryFolder()
        let path = folder.path("theirs.xlsx")
        _ = try OpenPyXL.run(
            """
            import openpyxl, sys, datetime
            book = openpyxl.Workbook()
            sheet = book.active
            sheet.append(["serial", "name", "when", "weight", "good", "on"])
            sheet.append([350000123456789, "ä <&> _x0041_\\n", datetime.date(2026, 11, 28), 24.75, True, None])
            sheet.append(["007", None, datetime.datetime(2026, 11, 28, 10, 20, 30), 0.1 + 0.2, False, datetime.time(6, 30)])
            book.create_sheet("Other")["C3"] = "x"
            book.save(sys.argv[1])
            """, path)
        #expect(
            try Reading.texts(at: path) == [
                ["serial", "name", "when", "weight", "good", "on"],
                ["350000123456789", "ä <&> A\n", "2026-11-28", "24.75", "true"],
                ["007", "", "2026-11-28 10:20:30", "0.3", "false", "06:30:00"],
            ])
        #expect(try Reading.texts(at: path, sheet: "Other") == [[], [], ["", "", "x"]])
    }
}
