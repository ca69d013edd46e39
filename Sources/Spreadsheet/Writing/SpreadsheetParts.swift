/// The parts of a workbook that is written, as XML.
enum SpreadsheetParts {
    /// The formats of cells, in the order of `cellXfs`.
    enum Style: Int {
        case general, text, date, dateTime, header, wrapped
    }

    private static let start = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n"
    private static let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    private static let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    private static let package = "http://schemas.openxmlformats.org/package/2006"
    private static let types = "application/vnd.openxmlformats-officedocument.spreadsheetml"

    /// What closes a sheet.
    static let sheetEnd = "</sheetData></worksheet>"

    /// What closes a sheet whose columns offer words; another value is warned of and not refused, since an import takes any case.
    static func sheetEnd(_ columns: [SpreadsheetColumn]) -> String {
        let lists = columns.enumerated().filter { !$1.choices.isEmpty }.map { index, column in
            let letters = CellReference.letters(index)
            return """
                <dataValidation type="list" errorStyle="warning" allowBlank="1" showErrorMessage="1" \
                sqref="\(letters)2:\(letters)\(CellReference.rows)"><formula1>"\(escaped(column.choices.joined(separator: ",")))"</formula1>\
                </dataValidation>
                """
        }
        if lists.isEmpty { return sheetEnd }
        return
            "</sheetData><dataValidations count=\"\(lists.count)\">\(lists.joined())</dataValidations></worksheet>"
    }

    /// A name as a tab takes it: 31 characters at most, none of `[]:*?/\`, no apostrophe at its ends, not that of another
    /// sheet, and not the one that Excel keeps for itself.
    static func sheetName(_ name: String, besides others: [String]) -> String {
        var plain = String(
            name.map { "[]:*?/\\".contains($0) || $0.unicodeScalars.contains { $0.value < 0x20 } ? "_" : $0 })
        while plain.utf16.count > 31 { plain.removeLast() }
        while plain.hasPrefix("'") { plain.removeFirst() }
        while plain.hasSuffix("'") { plain.removeLast() }
        if plain.isEmpty { plain = "Sheet" }
        while (others + ["History"]).contains(where: { $0.lowercased() == plain.lowercased() }) {
            while plain.utf16.count > 30 { plain.removeLast() }
            plain += "_"
        }
        return plain
    }

    /// All parts but the sheets.
    static func fixed(sheets: [String]) -> [(name: String, text: String)] {
        let numbers = Array(1...sheets.count)
        let overrides =
            numbers.map {
                "<Override PartName=\"/xl/worksheets/sheet\($0).xml\" ContentType=\"\(types).worksheet+xml\"/>"
            }.joined()
        let tabs = zip(numbers, sheets).map { number, name in
            "<sheet name=\"\(escaped(name))\" sheetId=\"\(number)\" r:id=\"rId\(number)\"/>"
        }.joined()
        let relations = numbers.map {
            "<Relationship Id=\"rId\($0)\" Type=\"\(office)/worksheet\" Target=\"worksheets/sheet\($0).xml\"/>"
        }.joined()
        return [
            (
                "[Content_Types].xml",
                """
                \(start)<Types xmlns="\(package)/content-types"><Default Extension="rels" \
                ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
                ContentType="application/xml"/><Override PartName="/xl/workbook.xml" \
                ContentType="\(types).sheet.main+xml"/>\(overrides)<Override PartName="/xl/styles.xml" \
                ContentType="\(types).styles+xml"/></Types>
                """
            ),
            (
                "_rels/.rels",
                """
                \(start)<Relationships xmlns="\(package)/relationships"><Relationship Id="rId1" \
                Type="\(office)/officeDocument" Target="xl/workbook.xml"/></Relationships>
                """
            ),
            (
                "xl/workbook.xml",
                "\(start)<workbook xmlns=\"\(main)\" xmlns:r=\"\(office)\"><bookViews><workbookView/></bookViews><sheets>\(tabs)</sheets></workbook>"
            ),
            (
                "xl/_rels/workbook.xml.rels",
                """
                \(start)<Relationships xmlns="\(package)/relationships">\(relations)<Relationship \
                Id="rId\(sheets.count + 1)" Type="\(office)/styles" Target="styles.xml"/></Relationships>
                """
            ),
            ("xl/styles.xml", styles),
        ]
    }

    /// The formats of ``Style``: 49 is text, 164 and 165 are custom.
    private static let styles = """
        \(start)<styleSheet xmlns="\(main)"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>\
        <numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>\
        <fonts count="2"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font>\
        <font><b/><sz val="11"/><name val="Calibri"/><family val="2"/></font></fonts>\
        <fills count="2"><fill><patternFill patternType="none"/></fill>\
        <fill><patternFill patternType="gray125"/></fill></fills>\
        <borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>\
        <cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>\
        <cellXfs count="6"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>\
        <xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
        <xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
        <xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>\
        <xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>\
        <xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">\
        <alignment vertical="top" wrapText="1"/></xf></cellXfs>\
        <cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>
        """

    /// What opens the sheet of the rows: the first row stays in view, and empty cells have the format of their column.
    static func sheetStart(_ columns: [SpreadsheetColumn]) -> String {
        let formats = columns.map { column in
            switch column.kind {
            case .text: (column.width, Style.text)
            case .number: (column.width, Style.general)
            case .date: (column.width, Style.date)
            }
        }
        return opened(formats, isFirst: true)
    }

    /// What opens the sheet of notes.
    static func notesStart(_ notes: SpreadsheetNotes) -> String {
        let columns = notes.rows.map(\.count).max() ?? 0
        let formats = (0..<columns).map { index in
            let longest = notes.rows.map { $0.count > index ? $0[index].count : 0 }.max() ?? 0
            return (min(max(longest + 2, 10), 80), Style.wrapped)
        }
        return opened(formats, isFirst: false)
    }

    private static func opened(_ columns: [(width: Int, style: Style)], isFirst: Bool) -> String {
        let widths = columns.enumerated().map { index, column in
            """
            <col min="\(index + 1)" max="\(index + 1)" width="\(column.width)" style="\(column.style.rawValue)" \
            customWidth="1"/>
            """
        }.joined()
        return """
            \(start)<worksheet xmlns="\(main)"><sheetViews><sheetView \(isFirst ? "tabSelected=\"1\" " : "")\
            workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>\
            <selection pane="bottomLeft"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>\
            \(widths.isEmpty ? "" : "<cols>\(widths)</cols>")<sheetData>

            """
    }

    private static func escaped(_ text: String) -> String {
        var bytes: [UInt8] = []
        escape(text, into: &bytes)
        return String(decoding: bytes, as: UTF8.self).replacing("\"", with: "&quot;")
    }

    /// Text as XML takes it, and what XML takes in no form as `_x0001_`; a text that looks like such a word is marked
    /// as text.
    static func escape(_ text: String, into line: inout [UInt8]) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case UInt8(ascii: "&"): line += "&amp;".utf8
            case UInt8(ascii: "<"): line += "&lt;".utf8
            case UInt8(ascii: ">"): line += "&gt;".utf8
            case UInt8(ascii: "_") where CellText.escape(bytes, index) != nil: line += "_x005F_".utf8
            case 0x09, 0x0A: line.append(byte)
            case ..<0x20: line += "_x00\(byte < 0x10 ? "0" : "")\(String(byte, radix: 16, uppercase: true))_".utf8
            // U+FFFE and U+FFFF are not characters of XML; in UTF-8 they are EF BF BE and EF BF BF.
            case 0xEF where index + 2 < bytes.count && bytes[index + 1] == 0xBF && bytes[index + 2] >= 0xBE:
                line += (bytes[index + 2] == 0xBE ? "_xFFFE_" : "_xFFFF_").utf8
                index += 2
            default: line.append(byte)
            }
            index += 1
        }
    }
}
