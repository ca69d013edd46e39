import Testing

@testable import Spreadsheet

@Suite struct CellTextTests {
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

    @Test func `each day that a sheet can hold is written and read as the same`() {
        for day in 61..<2_958_466 where day % 97 == 0 || day < 1000 || day > 2_958_000 {
            let text = CellText.date("\(day)", .date, uses1904: false)
            #expect(text.flatMap(SpreadsheetCell.serial)?.value == "\(day)")
        }
        for text in [
            "2026-02-29", "2100-02-29", "2026-13-01", "2026-04-31", "2026-1-01", "2026-00-10", "0000-01-01", "x",
        ] {
            #expect(CivilDay(text) == nil)
        }
        #expect(CivilDay("2000-02-29")?.description == "2000-02-29")
        #expect(CivilDay("1970-01-01")?.daysSince1970 == 0)
        #expect(CivilDay("0001-01-01")?.description == "0001-01-01")
    }
}
