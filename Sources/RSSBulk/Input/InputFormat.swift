import RSSSystem

/// The format of a file, detected by its first bytes and never by its name: a pipe has none, and a name may be wrong.
enum InputFormat: Equatable {
    /// None of the others: taken for text.
    case plain
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd
    /// A ZIP archive, as an .xlsx workbook is one.
    case zip
    /// An OLE compound file: an .xls workbook, or an .xlsx workbook with a password.
    case compoundFile

    /// Checks the first bytes of a file.
    init(_ start: [UInt8]) {
        self =
            if start.starts(with: [0x1F, 0x8B]) {
                .gzip
            } else if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
                .zstd
            } else if start.count >= 4, start[0] & 0xF0 == 0x50, start[1...3] == [0x2A, 0x4D, 0x18] {
                // A frame that decompressors skip; pzstd begins with one.
                .zstd
            } else if start.starts(with: [0x50, 0x4B, 0x03, 0x04]) || start.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
                .zip
            } else if start.starts(with: [0xD0, 0xCF, 0x11, 0xE0]) {
                .compoundFile
            } else {
                .plain
            }
    }
}

/// A kind of file that is recognised and not supported.
package enum UnreadFormat: Sendable, Equatable {
    /// A workbook of Excel 97 to 2003.
    case xls
    /// A workbook that needs a password.
    case password
    /// A workbook of OpenDocument.
    case openDocument
    /// A workbook in Excel's binary form.
    case xlsb
    /// An archive that holds no workbook.
    case archive
    /// A file that another program compressed, with the command that decompresses it.
    case compressed(by: String)
    /// A PDF.
    case pdf
    /// JSON.
    case json
    /// A page of HTML, also where it is called .xls.
    case html
    /// Another kind of XML, as OpenDocument's .fods and Excel's of 2003.
    case xml

    /// What the file is, in words.
    var words: String {
        switch self {
        case .xls: "an .xls workbook"
        case .password: "a workbook with a password"
        case .openDocument: "an OpenDocument spreadsheet (.ods)"
        case .xlsb: "an .xlsb workbook"
        case .archive: "a ZIP archive without a workbook"
        case .compressed(let program): "a file that \(program) compressed"
        case .pdf: "a PDF"
        case .json: "a JSON file"
        case .html: "an HTML page"
        case .xml: "an XML file"
        }
    }

    /// What to do with it.
    var hint: String {
        switch self {
        case .password: "Save it without the password, as .xlsx or CSV."
        case .archive: "Unpack it, and import the file that is in it."
        case .compressed(let program): "Decompress it: \(program) -dc FILE | rssctl bulk import hardware -"
        case .pdf, .json: "Export it as CSV or .xlsx from the program that wrote it."
        case .xls, .openDocument, .xlsb, .html, .xml: "Save it as .xlsx or CSV."
        }
    }

    /// The kind of a file whose first bytes are not the header of a table; nil for text.
    static func ofText(_ start: [UInt8]) -> UnreadFormat? {
        if start.starts(with: "%PDF-".utf8) { return .pdf }
        if start.starts(with: "BZh".utf8), start.count > 9, start[4..<10] == [0x31, 0x41, 0x59, 0x26, 0x53, 0x59] {
            return .compressed(by: "bzip2")
        }
        if start.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .compressed(by: "xz") }
        if start.starts(with: [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) { return .archive }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = (start.starts(with: mark) ? start[3...] : start[...]).drop { $0 <= 0x20 }
        let word = String(decoding: text.prefix(200), as: UTF8.self).lowercased()
        if word.hasPrefix("<!doctype html") || word.hasPrefix("<html") || word.hasPrefix("<table") { return .html }
        if word.hasPrefix("<?xml") { return word.contains("<html") ? .html : .xml }
        guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "["),
            let next = text.dropFirst().first(where: { $0 > 0x20 })
        else { return nil }
        // An object, or a list of objects.
        let isObject = first == UInt8(ascii: "{") && (next == UInt8(ascii: "\"") || next == UInt8(ascii: "}"))
        return isObject || first == UInt8(ascii: "[") && next == UInt8(ascii: "{") ? .json : nil
    }

    /// Distinguishes a compound file that holds an encrypted .xlsx from an .xls workbook by the name of a stream in its directory
    /// ([MS-OFFCRYPTO] 2.3.4.4).
    static func inCompoundFile(_ file: RandomAccessFile) throws(ImportError) -> UnreadFormat {
        let header = try file.portion(512, from: 0)
        guard header.count == 512 else { throw file.broken("it is truncated") }
        let sector = Int64(header[48]) | Int64(header[49]) << 8 | Int64(header[50]) << 16 | Int64(header[51]) << 24
        let sectorSize: Int64 = header[30] == 12 ? 4096 : 512
        let directory = try file.portion(4096, from: (sector + 1) * sectorSize)
        let name: [UInt8] = "EncryptedPackage".utf8.flatMap { [$0, 0] }
        let isEncrypted = directory.indices.contains { directory[$0...].starts(with: name) }
        return isEncrypted ? .password : .xls
    }
}
