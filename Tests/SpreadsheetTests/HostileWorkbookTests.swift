import TestSupport
import Testing

@testable import Spreadsheet

@Suite struct HostileWorkbookTests {
    private func row(_ number: Int, _ cells: String...) -> String {
        "<row r=\"\(number)\">\(cells.joined())</row>"
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
        #expect(Reading.problem(WorkbookFixture(rows, strings: "<si><t>a</t></si>").bytes) != nil)
    }

    @Test func `a workbook that is truncated anywhere is refused`() {
        let bytes = WorkbookFixture(row(1, "<c><v>1</v></c>")).bytes
        for length in 4..<bytes.count {
            #expect(Reading.problem(Array(bytes[..<length])) != nil, "at \(length)")
        }
    }

    @Test func `no damage of a workbook crashes, or changes what is read`() throws {
        let rows = (1...50).map { row($0, "<c t=\"s\"><v>\($0 % 3)</v></c><c><v>\($0 * 7919)</v></c>") }.joined()
        let bytes = WorkbookFixture(rows, strings: "<si><t>a</t></si><si><t>b</t></si><si><t>c</t></si>").bytes
        let expected = try Reading.rows(bytes)
        var refused = 0
        let folder = try TemporaryFolder()
        // After the first bytes, by which it is detected to be a workbook at all.
        for index in stride(from: 4, to: bytes.count, by: 3) {
            var damaged = bytes
            damaged[index] ^= 1 << UInt8(index % 8)
            let path = try folder.file(damaged, "a")
            do {
                // What is said twice, or not needed, may be damaged.
                let rows = try Reading.rows(at: path)
                #expect(rows == expected, "at \(index)")
            } catch {
                #expect(error is WorkbookError, "at \(index)")
                refused += 1
            }
        }
        #expect(refused > bytes.count / 6)
    }

    @Test func `absurd sizes are refused before anything is made`() {
        var book = WorkbookFixture(row(1, "<c><v>1</v></c>")).zip
        #expect(Reading.error(book.bytes) == nil)
        book.entries[4].usesZip64 = true
        #expect(Reading.error(book.bytes) == nil)
        for size in [UInt64(10_000_000_001), 1 << 62, .max] {
            book.entries[4].claimedSize = size
            #expect(Reading.problem(book.bytes) == "xl/worksheets/sheet1.xml is larger than 10 GB")
        }
        // The output is longer than the list of entries says, or shorter.
        for size in [UInt64(3), 3000] {
            book.entries[4].claimedSize = size
            #expect(Reading.problem(book.bytes) != nil)
        }
    }
}
