/// A workbook of parts, with what the rows and the rest of it hold.
package struct WorkbookFixture {
    /// The rows of the sheets, by name; a name that begins with `!` is that of a hidden one.
    package var sheets: [(name: String, rows: String)]
    package var strings: String?
    /// What `cellXfs` holds, and the custom formats.
    package var formats: [Int] = [0]
    package var codes: [(id: Int, code: String)] = []
    package var uses1904 = false
    /// What the workbook holds beside its sheets, and the cells of its first sheet that are merged.
    package var settings = ""
    package var merged: [String] = []

    package init(_ rows: String, strings: String? = nil) {
        sheets = [("Devices", rows)]
        self.strings = strings
    }

    package var zip: ZipFixture {
        let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        let tabs = sheets.enumerated().map { index, sheet in
            let isHidden = sheet.name.hasPrefix("!")
            return "<sheet name=\"\(isHidden ? String(sheet.name.dropFirst()) : sheet.name)\" sheetId=\"\(index + 1)\""
                + " \(isHidden ? "state=\"hidden\" " : "")r:id=\"rId\(index + 1)\"/>"
        }.joined()
        let relations = sheets.indices.map {
            "<Relationship Id=\"rId\($0 + 1)\" Type=\"\(office)/worksheet\" Target=\"worksheets/sheet\($0 + 1).xml\"/>"
        }.joined()
        var parts = [
            (
                "_rels/.rels",
                "<Relationships><Relationship Id=\"a\" Type=\"\(office)/officeDocument\" Target=\"/xl/workbook.xml\"/></Relationships>"
            ),
            (
                "xl/workbook.xml",
                "<?xml version=\"1.0\"?><workbook xmlns:r=\"\(office)\"><workbookPr date1904=\"\(uses1904 ? 1 : 0)\"/><sheets>\(tabs)</sheets>\(settings)</workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                "<Relationships>\(relations)<Relationship Id=\"s\" Type=\"\(office)/styles\" Target=\"styles.xml\"/>"
                    + "<Relationship Id=\"t\" Type=\"\(office)/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
            ),
            (
                "xl/styles.xml",
                "<styleSheet><numFmts>"
                    + codes.map {
                        "<numFmt numFmtId=\"\($0.id)\" formatCode=\"\($0.code.replacing("\"", with: "&quot;"))\"/>"
                    }
                    .joined()
                    + "</numFmts><cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs><cellXfs>"
                    + formats.map { "<xf numFmtId=\"\($0)\"/>" }.joined() + "</cellXfs></styleSheet>"
            ),
        ]
        if let strings { parts.append(("xl/sharedStrings.xml", "<sst>\(strings)</sst>")) }
        for (index, sheet) in sheets.enumerated() {
            parts.append(
                (
                    "xl/worksheets/sheet\(index + 1).xml",
                    "<worksheet><cols><col min=\"1\"/></cols><sheetData>\(sheet.rows)</sheetData><mergeCells>\(index == 0 ? merged.map { "<mergeCell ref=\"\($0)\"/>" }.joined() : "")</mergeCells></worksheet>"
                ))
        }
        return ZipFixture(entries: parts.map { ZipFixture.Entry(name: $0.0, bytes: Array($0.1.utf8)) })
    }

    package var bytes: [UInt8] { zip.bytes }
}
