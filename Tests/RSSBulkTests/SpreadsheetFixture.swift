import CZlib
import Foundation

/// An .xlsx workbook or any other ZIP archive, made of bytes, so that each of them can be wrong.
struct ZipFixture {
    struct Entry {
        var name: String
        var bytes: [UInt8]
        var isDeflated = true
        var flags: UInt16 = 0
        /// What the list of entries claims, where that is not the truth.
        var claimedSize: UInt64?
        var usesZip64 = false
    }

    var entries: [Entry] = []

    static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    static func deflated(_ bytes: [UInt8], window: Int32 = -15) -> [UInt8] {
        var stream = z_stream()
        var input = bytes
        var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 100 + 1000)
        return withUnsafeMutablePointer(to: &stream) { stream in
            let size = Int32(MemoryLayout<z_stream>.size)
            deflateInit2_(stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size)
            defer { deflateEnd(stream) }
            return input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_in = input.baseAddress
                    stream.pointee.avail_in = UInt32(input.count)
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(output.count)
                    deflate(stream, Z_FINISH)
                    return Array(output[..<(output.count - Int(stream.pointee.avail_out))])
                }
            }
        }
    }

    var bytes: [UInt8] {
        var file: [UInt8] = []
        var directory: [UInt8] = []
        for entry in entries {
            let packed = entry.isDeflated ? Self.deflated(entry.bytes) : entry.bytes
            let checksum = UInt32(crc32(0, entry.bytes, UInt32(entry.bytes.count)))
            let name = Array(entry.name.utf8)
            let size = entry.claimedSize ?? UInt64(entry.bytes.count)
            let common: [UInt8] =
                [20, 0] + Self.number(entry.flags) + [entry.isDeflated ? 8 : 0, 0, 0, 0, 0x21, 0]
                + Self.number(checksum)
            let extra: [UInt8] =
                entry.usesZip64
                ? [1, 0, 24, 0] + Self.number(size) + Self.number(UInt64(packed.count))
                    + Self.number(UInt64(file.count))
                : []
            let offset = entry.usesZip64 ? UInt32.max : UInt32(file.count)
            let sizes =
                entry.usesZip64
                ? [UInt8](repeating: 0xFF, count: 8)
                : Self.number(UInt32(packed.count)) + Self.number(UInt32(clamping: size))
            file += [0x50, 0x4B, 3, 4] + common + sizes + Self.number(UInt16(name.count)) + [0, 0] + name + packed
            directory += [0x50, 0x4B, 1, 2, 20, 0] + common + sizes + Self.number(UInt16(name.count))
            directory += Self.number(UInt16(extra.count)) + [UInt8](repeating: 0, count: 10) + Self.number(offset)
            directory += name + extra
        }
        let count = Self.number(UInt16(entries.count))
        return file + directory + [0x50, 0x4B, 5, 6, 0, 0, 0, 0] + count + count + Self.number(UInt32(directory.count))
            + Self.number(UInt32(file.count)) + [0, 0]
    }
}

/// A workbook of parts, with what the rows and the rest of it hold.
struct WorkbookFixture {
    /// The rows of the sheets, by name; a name that begins with `!` is that of a hidden one.
    var sheets: [(name: String, rows: String)]
    var strings: String?
    /// What `cellXfs` holds, and the custom formats.
    var formats: [Int] = [0]
    var codes: [(id: Int, code: String)] = []
    var uses1904 = false
    /// What the workbook holds beside its sheets, and the cells of its first sheet that are merged.
    var settings = ""
    var merged: [String] = []

    init(_ rows: String, strings: String? = nil) {
        sheets = [("Devices", rows)]
        self.strings = strings
    }

    var zip: ZipFixture {
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

    var bytes: [UInt8] { zip.bytes }
}
