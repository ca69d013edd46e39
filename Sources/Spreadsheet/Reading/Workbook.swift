import RSSSystem

/// What an .xlsx workbook consists of (ECMA-376): its sheets, where their parts are in the archive, and how dates count.
///
/// ```swift
/// let workbook = try Workbook(RandomAccessFile(name: "devices.xlsx", descriptor: descriptor))
/// var reader = try SheetReader(workbook.sheet(nil), of: workbook)
/// let merged = try reader.read { row, cells in print(row, cells) }
/// ```
package struct Workbook {
    /// A sheet with cells.
    package struct Sheet: Sendable, Equatable {
        /// As its tab says.
        package let name: String
        /// Whether its tab is shown.
        package let isVisible: Bool
        /// Its part in the archive.
        let part: String
    }

    private struct Relationship {
        /// The last word of its type: `worksheet`, `styles`, `sharedStrings`; the rest differs with the dialect.
        let kind: Substring
        let part: String
    }

    /// The relationships of one part; a workbook has one for each sheet.
    private static let relationshipLimit = 100_000

    /// The bytes at which a part of a workbook, or the file made of it, is refused: more than any sheet of a million rows has,
    /// and what a small hostile archive could fill a disk with.
    package static let sizeLimit: Int64 = ZipArchive.sizeLimit

    /// The archive that it is.
    let archive: ZipArchive
    /// Its sheets, in the order of their tabs.
    package private(set) var sheets: [Sheet] = []
    /// Whether days are counted from 1904 on, as Excel on a Macintosh did.
    private(set) var uses1904 = false
    /// Whether the results of formulas are left to the program that opens it: those in the file may be missing.
    private(set) var isCalculatedOnLoad = false
    /// The part with the texts of cells, where there is one.
    private(set) var stringsPart: String?
    /// The part with the formats of cells, where there is one.
    private(set) var stylesPart: String?

    /// Reads what a file says of itself.
    ///
    /// - Throws: ``WorkbookError``, `CancellationError`.
    package init(_ file: RandomAccessFile) throws {
        archive = try ZipArchive(file)
        let root = try Self.relationships(of: "", in: archive).values.first { $0.kind == "officeDocument" }
        guard let part = root?.part ?? archive["xl/workbook.xml"]?.name, let entry = archive[part] else {
            throw WorkbookError.notWorkbook(archive.file.name, try Self.kind(of: archive))
        }
        if part.lowercased().hasSuffix(".bin") {
            throw WorkbookError.notWorkbook(archive.file.name, .binaryWorkbook)
        }
        let relationships = try Self.relationships(of: part, in: archive)
        stringsPart = relationships.values.first { $0.kind == "sharedStrings" }?.part
        stylesPart = relationships.values.first { $0.kind == "styles" }?.part
        var scanner = try XMLScanner(archive, entry)
        while let event = try scanner.next() {
            switch event {
            case .start("workbookPr"):
                uses1904 = ["1", "true"].contains(scanner.string("date1904") ?? "")
            case .start("calcPr"):
                isCalculatedOnLoad = ["1", "true"].contains(scanner.string("fullCalcOnLoad") ?? "")
            case .start("sheet"):
                guard sheets.count < Self.relationshipLimit, let name = scanner.string("name"),
                    // Charts and macro sheets hold no cells.
                    let target = relationships[scanner.string("id") ?? ""], target.kind == "worksheet"
                else { continue }
                let state = scanner.string("state") ?? "visible"
                sheets.append(Sheet(name: name, isVisible: state == "visible", part: target.part))
            default: continue
            }
        }
    }

    /// The sheet of a name, whose case does not matter; without one the first that is shown.
    ///
    /// - Throws: ``WorkbookError``.
    package func sheet(_ name: String?) throws(WorkbookError) -> Sheet {
        guard let name else {
            guard let sheet = sheets.first(where: \.isVisible) ?? sheets.first else {
                throw archive.file.damaged("the workbook has no sheet")
            }
            return sheet
        }
        guard
            let sheet = sheets.first(where: { $0.name == name })
                ?? sheets.first(where: { $0.name.lowercased() == name.lowercased() })
        else { throw .noSheet(archive.file.name, name: name, sheets: sheets.map(\.name)) }
        return sheet
    }

    /// The kind of an archive that is not a workbook.
    private static func kind(of archive: ZipArchive) throws -> ForeignArchive {
        if archive["xl/workbook.bin"] != nil { return .binaryWorkbook }
        guard let entry = archive["mimetype"], entry.size < 200 else { return .other }
        var start = [UInt8](repeating: 0, count: 200)
        let reader = try archive.open(entry)
        let count = try start.withUnsafeMutableBytes { try reader.read(into: $0) }
        let type = String(decoding: start[..<count], as: UTF8.self)
        return type.hasPrefix("application/vnd.oasis.opendocument") ? .openDocument : .other
    }

    /// What a part is related to, by id; of the whole archive for an empty name.
    private static func relationships(of part: String, in archive: ZipArchive) throws -> [String: Relationship] {
        let slash = part.lastIndex(of: "/").map { part.index(after: $0) } ?? part.startIndex
        let folder = part[..<slash]
        guard let entry = archive["\(folder)_rels/\(part[slash...]).rels"] else { return [:] }
        var found: [String: Relationship] = [:]
        var scanner = try XMLScanner(archive, entry)
        while let event = try scanner.next() {
            guard event == .start("Relationship"), let id = scanner.string("Id"), let type = scanner.string("Type"),
                let target = scanner.string("Target"), scanner.string("TargetMode") != "External"
            else { continue }
            guard found.count < relationshipLimit else { throw archive.file.damaged("it has too many parts") }
            found[id] = Relationship(
                kind: type.split(separator: "/").last ?? "", part: resolved(target, in: String(folder)))
        }
        return found
    }

    /// The name of a part that is given relative to a folder.
    private static func resolved(_ target: String, in folder: String) -> String {
        var parts = target.hasPrefix("/") ? [] : folder.split(separator: "/")
        for part in target.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts.joined(separator: "/")
    }
}
